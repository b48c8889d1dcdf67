"""The office's pages about messages and the demo's inbox: no barrier, nothing scrolls sideways."""

from datetime import datetime
from pathlib import Path

import pytest
from pytest_django import Settings as DjangoSettings

from doorstep.connectors.sms.base import OutgoingSms
from doorstep.connectors.sms.folder import FolderSms, Settings
from doorstep.demo.inbox import inbox_folder
from doorstep.domain.notifications.models import Consent, Message, StaffTask
from doorstep.domain.notifications.services.visits import tell_confirmed
from doorstep.domain.organization.models import Company, ConnectorAccount, Portal
from doorstep.domain.work.models import WorkOrder
from tests.factories.bookings import World
from tests.factories.identity import otto
from tests.factories.inbound import twilio_account
from tests.factories.organization import make_company
from tests.web.office.world import page as address_of

from .conftest import OpenPage
from .pages import furnish
from .test_accessibility import barriers, dresses, sideways, widths

# What is ours: the rest of each page is the admin theme's.
OURS = ("#content-main .office-text", ".office-panel", ".office-notice", ".office-groups",
        "#connectoraccount_form", "#consent_form", "#message_settings-group")  # fmt: skip


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_office_page_about_messages_has_a_barrier_or_scrolls_sideways(
    open_page: OpenPage, world: World, now: datetime, dark: bool
) -> None:
    visit = furnish(world, now=now)
    message = tell_confirmed(booking_id=visit.pk, now=now)[0]
    account = twilio_account(name="Twilio UK")
    make_company(is_outbound_held=True, is_dry_run=True)
    add = address_of(ConnectorAccount, "add")
    found: list[str] = []

    page = open_page(address_of(Message), staff=otto(), dark=dark)
    for address in (
        address_of(Message),
        address_of(Message, "change", message.pk),
        address_of(WorkOrder, "change", visit.work_order_id),
        add,
        f"{add}?service=email.anymail",
        address_of(ConnectorAccount, "change", account.pk),
        address_of(Portal, "change", world.portal.pk) + "#message-settings",
        address_of(Company, "change", 1),
        address_of(Consent, "add"),
        address_of(StaffTask),
    ):
        page.goto(address)
        assert page.locator(".office-notice").count() == 1
        for width in widths(page):
            for part in OURS:
                if page.locator(part).count():
                    found += [f"{address} {part}, {width}: {each}" for each in barriers(page, part)]
            found += [f"{address}, {width}: {wide}" for wide in sideways(page)]

    assert not found, "\n".join(found)


def test_the_demo_inbox_has_no_barrier_and_does_not_scroll_sideways(
    open_page: OpenPage, world: World, settings: DjangoSettings, tmp_path: Path
) -> None:
    settings.VAR_DIR = tmp_path
    connector = FolderSms(Settings(str(inbox_folder())))
    link = "http://127.0.0.1:8000/v/4j8s6tq0n3x5z7b9d1f2h4k6m8"
    for number, (language, words) in enumerate({"en": "See you.", "ar": "نراكم غدًا"}.items()):
        sms = OutgoingSms(
            message_id=f"m-{number}", to="+447700900123", text=f"Acme: {words} {link}",
            language=language,
        )  # fmt: skip
        connector.send(sms)

    page = open_page("/demo/inbox/")

    assert page.locator(".bubble").count() == 2
    assert page.locator(".bubble[dir=rtl]").evaluate("e => getComputedStyle(e).direction") == "rtl"
    for dress in dresses(page):
        assert barriers(page) == [], dress
        assert sideways(page) == [], dress
