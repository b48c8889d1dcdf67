"""Who may open which page of the office."""

from collections.abc import Callable

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from doorstep.domain.customers.models import Account
from doorstep.domain.organization.models import Portal
from doorstep.platform.identity.models import User
from doorstep.platform.identity.roles import may
from tests.factories.customers import carol
from tests.factories.identity import dana, otto
from tests.factories.resources import tom

from .world import World, models_of_the_office, page

MODELS = models_of_the_office()
LABELS = [model._meta.label_lower for model in MODELS]


def pages_of(model: type[Model]) -> list[str]:
    row = model._default_manager.first()
    assert row is not None, f"the world has no {model._meta.label}"
    names = ("change", "delete", "history")
    return [page(model), page(model, "add"), *(page(model, name, row.pk) for name in names)]


@pytest.mark.parametrize("model", MODELS, ids=LABELS)
def test_strangers_are_sent_to_the_sign_in(world: World, model: type[Model]) -> None:
    for address in pages_of(model):
        answer = Client().get(address)
        assert answer.status_code == 302
        assert answer.url == f"{reverse('account_login')}?next={address}"


@pytest.mark.parametrize("who", ["customer", "technician"])
@pytest.mark.parametrize("model", MODELS, ids=LABELS)
def test_people_who_are_no_staff_find_nothing(
    world: World, sign_in: Callable[[User], Client], model: type[Model], who: str
) -> None:
    user = carol().user if who == "customer" else tom().user
    assert user is not None
    client = sign_in(user)
    for address in pages_of(model):
        assert client.get(address).status_code == 404
        assert client.post(address).status_code == 404


@pytest.mark.parametrize("user", [otto, dana], ids=["administrator", "dispatcher"])
@pytest.mark.parametrize("model", MODELS, ids=LABELS)
def test_staff_see_what_their_role_may_see(
    world: World, sign_in: Callable[[User], Client], model: type[Model], user: Callable[[], User]
) -> None:
    client, meta = sign_in(user()), model._meta
    seen = may(user().role, f"{meta.app_label}.view_{meta.model_name}")
    for address in pages_of(model):
        answer = client.get(address)
        # Add and delete are closed to everybody for what only services may make or remove.
        assert answer.status_code in ({200, 302, 404} if seen else {404}), address
    row = model._default_manager.first()
    assert row is not None
    if seen:
        assert client.get(page(model, "change", row.pk)).status_code == 200
        assert client.get(page(model)).status_code in {200, 302}


def test_a_dispatcher_cannot_change_settings(dispatcher: Client, world: World) -> None:
    address = page(Portal, "change", world.portal.pk)
    answer = dispatcher.post(address, {"name": "Mine now"})
    assert answer.status_code == 404
    world.portal.refresh_from_db()
    assert world.portal.name == "Acme portal"


def test_the_office_has_no_sign_in_form_of_its_own(db: None) -> None:
    answer = Client().post(reverse("office:login"), {"username": "otto@example.com"})
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))


def test_the_menu_leaves_out_what_the_role_may_not_see(dispatcher: Client, world: World) -> None:
    content = dispatcher.get(reverse("office:index")).content.decode()
    assert page(Account) in content
    assert page(User) not in content


def test_rows_that_do_not_exist_are_no_error(administrator: Client, world: World) -> None:
    for object_id in ("0", "abc", "9" * 30, "1_000_000_000", "../etc"):
        answer = administrator.get(f"{page(Account)}{object_id}/change/")
        assert answer.status_code in {302, 404}


@pytest.mark.parametrize(
    "query",
    ["p=abc", "p=99999", "o=zz.1", "is_active__exact=maybe", "q=%27%22%3C", "e=1",
     "territory__id__exact=abc", "nonsense=1", "placed=perhaps", "all=1"],
)  # fmt: skip
def test_a_bent_list_address_is_no_error(administrator: Client, world: World, query: str) -> None:
    assert administrator.get(f"{page(Account)}?{query}").status_code in {200, 302}


@pytest.mark.parametrize("number", ["0", "-1", "abc", "999"])
def test_a_bent_page_of_the_menu_search_is_no_error(
    administrator: Client, world: World, number: str
) -> None:
    answer = administrator.get(reverse("office:search"), {"s": "acc", "page": number})
    assert answer.status_code == 404
