"""People who sign in: Dana the dispatcher, Otto the office administrator, and anybody else."""

from itertools import count
from typing import Any

from doorstep.platform.identity.models import User
from doorstep.platform.identity.roles import Role

PASSWORD = "correct horse battery staple"
_numbers = count(1)


def make_user(**overrides: Any) -> User:
    """A user with PASSWORD; a customer unless `role` says otherwise."""
    values: dict[str, Any] = {
        "email": f"user{next(_numbers)}@example.com",
        "password": PASSWORD,
        "role": Role.CONTACT,
    }
    return User.objects.create_user(**(values | overrides))


def dana() -> User:
    """The dispatcher; the same one at every call."""
    return _once(email="dana@example.com", name="Dana Dispatcher", role=Role.DISPATCHER)


def otto() -> User:
    """The office administrator; the same one at every call."""
    return _once(email="otto@example.com", name="Otto Office", role=Role.ADMINISTRATOR)


def _once(*, email: str, **values: Any) -> User:
    found = User.objects.filter(email=email).first()
    return found or make_user(email=email, **values)
