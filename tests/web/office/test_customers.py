"""Accounts, contacts and invitations made in the office."""

import pytest
from django.test import Client

from doorstep.domain.customers.events import ContactCreated, InvitationCreated
from doorstep.domain.customers.models import Account, Contact, FunctionalLocation, Invitation
from doorstep.domain.customers.services.invitations import code_of
from doorstep.domain.notifications.models import Message
from doorstep.platform.audit.selectors import history_of
from tests.factories.customers import make_account, make_contact, make_location
from tests.factories.notifications import make_invitation

from .forms import errors_of, row, run_dialog, said, send
from .news import published
from .world import World, page

ADDRESS = {"street": "12 Deansgate", "city": "Manchester", "postal_code": "M3 1AZ"}


def test_a_new_account_is_found_on_the_map(dispatcher: Client, world: World) -> None:
    answer = send(dispatcher, page(Account, "add"), name="Newcomer", **ADDRESS)
    account = Account.objects.get(name="Newcomer")
    assert account.coordinates is not None
    assert "was found at" in said(dispatcher, answer)


def test_an_address_nobody_knows_asks_for_a_pin(dispatcher: Client, world: World) -> None:
    answer = send(
        dispatcher, page(Account, "add"), name="Lost", street="1 Nowhere", city="Atlantis"
    )
    assert Account.objects.get(name="Lost").coordinates is None
    assert "was not found on the map" in said(dispatcher, answer)


def test_coordinates_typed_by_hand_win(dispatcher: Client, world: World) -> None:
    pin = {"latitude": "53.5", "longitude": "-2.2"}
    send(dispatcher, page(Account, "add"), name="Pinned", **ADDRESS, **pin)
    account = Account.objects.get(name="Pinned")
    assert (account.latitude, account.longitude) == (53.5, -2.2)


def test_half_a_pin_is_an_error_of_the_form(dispatcher: Client, world: World) -> None:
    answer = send(dispatcher, page(Account, "add"), name="Half", latitude="53.5")
    assert errors_of(answer)
    assert not Account.objects.filter(name="Half").exists()


@pytest.mark.parametrize("field", ["latitude", "time_zone", "territory", "language"])
def test_nonsense_is_an_error_of_the_form(dispatcher: Client, world: World, field: str) -> None:
    answer = send(dispatcher, page(Account, "add"), name="Odd", **{field: "nonsense/'<b>"})
    assert errors_of(answer)
    assert "Odd" in answer.content.decode()


def test_a_place_below_the_account_is_located_too(dispatcher: Client, world: World) -> None:
    account = make_account()
    address = page(Account, "change", account.pk)
    send(dispatcher, address, **row("locations", name="Annex", **ADDRESS))
    assert FunctionalLocation.objects.get(name="Annex").coordinates is not None


def test_a_new_contact_is_announced_so_that_she_can_be_invited(
    dispatcher: Client, world: World
) -> None:
    account = make_account()
    send(
        dispatcher, page(Contact, "add"), account=str(account.pk),
        first_name="Nina", email="Nina@Example.com", phone="07700 900456",
    )  # fmt: skip
    contact = Contact.objects.get(first_name="Nina")
    assert (contact.email, contact.phone) == ("nina@example.com", "+447700900456")
    assert ContactCreated(contact.pk) in published(ContactCreated)


def test_a_contact_added_below_her_account_is_announced_too(
    dispatcher: Client, world: World
) -> None:
    account = make_account()
    address = page(Account, "change", account.pk)
    send(dispatcher, address, **row("contacts", first_name="Nina", email="nina@example.com"))
    contact = Contact.objects.get(first_name="Nina")
    assert ContactCreated(contact.pk) in published(ContactCreated)


def test_an_address_somebody_has_is_refused(dispatcher: Client, world: World) -> None:
    answer = send(
        dispatcher, page(Contact, "add"),
        account=str(make_account().pk), first_name="Double", email="CAROL@example.com",
    )  # fmt: skip
    assert "There is a contact with this e-mail already" in errors_of(answer)


def test_a_location_of_another_account_is_refused(dispatcher: Client, world: World) -> None:
    foreign = make_location()
    answer = send(
        dispatcher, page(FunctionalLocation, "add"),
        account=str(world.contact.account_id), name="Cellar", parent=str(foreign.pk),
    )  # fmt: skip
    assert "belongs to another account" in errors_of(answer)


def test_inviting_shows_the_code_and_sends_it(dispatcher: Client, world: World) -> None:
    contact = make_contact()
    answer = send(dispatcher, page(Invitation, "add"), contact=str(contact.pk))
    invitation = Invitation.objects.get(contact=contact)
    content = dispatcher.get(answer["Location"]).content.decode()
    assert code_of(invitation) in content
    assert InvitationCreated(invitation.pk) in published(InvitationCreated)
    assert [entry.action for entry in history_of(invitation)] == ["created"]


def test_who_can_sign_in_cannot_be_invited(dispatcher: Client, world: World) -> None:
    answer = send(dispatcher, page(Invitation, "add"), contact=str(world.contact.pk))
    assert "can sign in already" in errors_of(answer)


def test_a_single_invitation_needs_somebody(dispatcher: Client, world: World) -> None:
    answer = send(dispatcher, page(Invitation, "add"))
    assert "Choose whom to invite" in errors_of(answer)


def test_a_group_invitation_is_for_an_account(dispatcher: Client, world: World) -> None:
    account = world.contact.account
    send(
        dispatcher, page(Invitation, "add"),
        kind="group", account=str(account.pk), max_redemptions="5",
    )  # fmt: skip
    assert Invitation.objects.get(kind="group", account=account).max_redemptions == 5


def test_an_invitation_is_revoked_only_by_the_submit(dispatcher: Client, world: World) -> None:
    invitation = make_invitation()
    address = f"{page(Invitation)}{invitation.pk}/revoke/"
    dispatcher.get(address)
    invitation.refresh_from_db()
    assert not invitation.is_revoked
    answer = run_dialog(dispatcher, address)
    invitation.refresh_from_db()
    assert invitation.is_revoked
    assert answer.headers["HX-Redirect"] == page(Invitation, "change", invitation.pk)


def test_an_invitation_can_be_sent_again(dispatcher: Client, world: World) -> None:
    invitation = make_invitation()
    for _time in range(2):
        run_dialog(dispatcher, f"{page(Invitation)}{invitation.pk}/send_again/")
    assert Message.objects.filter(invitation=invitation).count() == 2


def test_an_invitation_can_be_made_to_last(dispatcher: Client, world: World) -> None:
    invitation = make_invitation()
    run_dialog(dispatcher, f"{page(Invitation)}{invitation.pk}/extend/", days="7")
    invitation.refresh_from_db()
    assert invitation.expires_at is not None
    assert history_of(invitation)[0].action == "extended"


def test_a_pin_typed_with_a_new_address_is_kept(dispatcher: Client, world: World) -> None:
    account = make_account()
    address = page(Account, "change", account.pk)
    send(dispatcher, address, street="1 Chapel Street", latitude="53.111", longitude="-2.111")
    account.refresh_from_db()
    assert (account.latitude, account.longitude) == (53.111, -2.111)


def test_a_new_address_moves_the_pin(dispatcher: Client, world: World) -> None:
    account = make_account(latitude=50.0, longitude=0.0, street="99 Old Road")
    send(dispatcher, page(Account, "change", account.pk), **ADDRESS)
    account.refresh_from_db()
    assert account.latitude != 50.0
