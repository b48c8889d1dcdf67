"""Every change made in the office says who made it, and from what to what."""

from django.contrib.admin.models import LogEntry as DjangoLogEntry
from django.test import Client

from doorstep.domain.customers.models import Account, CustomerAsset
from doorstep.domain.organization.models import Territory
from doorstep.platform.audit.models import LogEntry, Source
from doorstep.platform.audit.selectors import history_of
from doorstep.platform.identity.models import User
from tests.factories.customers import make_account
from tests.factories.identity import dana, otto
from tests.factories.organization import make_territory

from .forms import row, run_dialog, send
from .world import World, page


def test_a_change_tells_old_and_new(dispatcher: Client, world: World) -> None:
    account = world.contact.account
    send(dispatcher, page(Account, "change", account.pk), name="Acme & Sons")
    entry = history_of(account)[0]
    assert (entry.actor, entry.source, entry.action) == (dana(), Source.OFFICE, "changed")
    assert entry.data["changes"] == {"name": ["Acme", "Acme & Sons"]}


def test_a_changed_relation_is_told_by_name(dispatcher: Client, world: World) -> None:
    north, south = make_territory(name="North"), make_territory(name="South")
    account = make_account(territory=north)
    send(dispatcher, page(Account, "change", account.pk), territory=str(south.pk))
    assert history_of(account)[0].data["changes"] == {"territory": ["North", "South"]}


def test_a_row_added_below_is_told_with_its_owner(dispatcher: Client, world: World) -> None:
    account = make_account()
    address = page(Account, "change", account.pk)
    send(dispatcher, address, **row("assets", name="Boiler", product="Heatmaster"))
    (told,) = history_of(account)[0].data["rows"]
    assert (told["row"], told["added"]) == ("customers.customerasset", "Boiler")
    assert told["changes"]["product"] == [None, "Heatmaster"]


def test_saving_without_a_change_tells_nothing(dispatcher: Client, world: World) -> None:
    account = make_account()
    send(dispatcher, page(Account, "change", account.pk))
    assert not history_of(account).exists()


def test_making_and_deleting_are_told(administrator: Client, world: World) -> None:
    send(administrator, page(Territory, "add"), name="West")
    territory = Territory.objects.get(name="West")
    administrator.post(page(Territory, "delete", territory.pk), {"post": "yes"})
    entries = LogEntry.objects.filter(object_label="West").order_by("pk")
    assert [entry.action for entry in entries] == ["created", "deleted"]


def test_several_deleted_at_once_are_told_one_by_one(administrator: Client, world: World) -> None:
    pks = [make_territory(name=name).pk for name in ("A", "B")]
    data = {"action": "delete_selected", "_selected_action": pks, "post": "yes"}
    administrator.post(page(Territory), data)
    assert not Territory.objects.filter(pk__in=pks).exists()
    assert LogEntry.objects.filter(action="deleted").count() == 2


def test_passwords_are_never_written_down(administrator: Client, world: World) -> None:
    secret = "a long and secret phrase"
    send(
        administrator, page(User, "add"), email="new@example.com", role="technician",
        password1=secret, password2=secret,
    )  # fmt: skip
    new = User.objects.get(email="new@example.com")
    run_dialog(
        administrator, f"{page(User)}{new.pk}/set_password/",
        password1=f"{secret} too", password2=f"{secret} too",
    )  # fmt: skip
    new.refresh_from_db()
    assert new.check_password(f"{secret} too")
    entries = history_of(new)
    assert [entry.action for entry in entries] == ["set password", "created"]
    assert secret not in str([entry.data for entry in entries])


def test_django_keeps_no_history_of_its_own(administrator: Client, world: World) -> None:
    send(administrator, page(Territory, "add"), name="West")
    assert not DjangoLogEntry.objects.exists()


def test_the_history_of_a_row_is_one_click_away(administrator: Client, world: World) -> None:
    asset = CustomerAsset.objects.get()
    send(administrator, page(CustomerAsset, "change", asset.pk), name="Old boiler")
    answer = administrator.get(page(CustomerAsset, "history", asset.pk), follow=True)
    assert "→ Old boiler" in answer.content.decode()
    assert otto().name in answer.content.decode()
