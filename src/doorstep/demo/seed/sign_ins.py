"""Who can sign in to the demo, all with one known password."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from doorstep.platform.identity.models import User
from doorstep.platform.identity.roles import Role

PASSWORD = "doorstep-demo"  # noqa: S105 (printed at every start of the demo)


@dataclass(frozen=True, slots=True)
class SignIn:
    """One line of what the demo prints."""

    role: str
    email: str
    password: str = PASSWORD


CAROL, LAYLA, JONAS = "carol@example.com", "layla@example.com", "jonas@example.com"
DANA, TOM_EMAIL, OTTO = "dana@example.com", "tom@example.com", "otto@example.com"
SIGN_INS = (
    SignIn("Customer", CAROL),
    SignIn("Customer (ar)", LAYLA),
    SignIn("Customer (de)", JONAS),
    SignIn("Dispatcher", DANA),
    SignIn("Technician", TOM_EMAIL),
    SignIn("Administrator", OTTO),
)
_PEOPLE = {
    CAROL: ("Carol Whitfield", Role.CONTACT, "en"),
    LAYLA: ("Layla Haddad", Role.CONTACT, "ar"),
    JONAS: ("Jonas Becker", Role.CONTACT, "de"),
    DANA: ("Dana Marsh", Role.DISPATCHER, "en"),
    TOM_EMAIL: ("Tom Ashworth", Role.TECHNICIAN, "en"),
    OTTO: ("Otto Lindqvist", Role.ADMINISTRATOR, "en"),
}


def make_users() -> dict[str, User]:
    """The users by e-mail address, which counts as verified."""
    password = make_password(PASSWORD)
    users = User.objects.bulk_create(
        User(email=email, name=name, role=role, language=language, password=password)
        for email, (name, role, language) in _PEOPLE.items()
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users
    )
    return {user.email: user for user in users}
