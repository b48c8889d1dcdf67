"""A certificate in a server profile: a browser's field of one line drops its line breaks."""

import pytest

from doorstep.connectors.base import read_settings
from doorstep.connectors.calendar.outlook import OutlookCalendar, Settings
from doorstep.interfaces.office.forms.connectors import connector_form
from tests.doubles import graph

pytestmark = pytest.mark.django_db


def test_a_certificate_pasted_into_one_line_is_stored_and_works() -> None:
    pem, _public = graph.certificate()
    typed = {
        "name": "Contoso",
        "per_minute": "60",
        "is_active": "on",
        "setting_tenant_id": graph.TENANT,
        "setting_client_id": graph.CLIENT,
        "setting_certificate": pem.replace("\n", ""),
        "setting_base_url": "https://graph.microsoft.com/v1.0",
        "setting_authority_url": "https://login.microsoftonline.com",
    }

    form = connector_form("calendar", "outlook")(typed)
    assert form.is_valid(), form.errors
    stored = form.save().settings

    OutlookCalendar(read_settings(Settings, stored))
    assert pem.splitlines()[1] in stored["certificate"]


def test_a_certificate_without_its_key_is_refused_at_its_field() -> None:
    _pem, public = graph.certificate()
    typed = {
        "name": "Contoso",
        "per_minute": "60",
        "setting_tenant_id": graph.TENANT,
        "setting_client_id": graph.CLIENT,
        "setting_certificate": public.decode(),
        "setting_base_url": "https://graph.microsoft.com/v1.0",
        "setting_authority_url": "https://login.microsoftonline.com",
    }

    form = connector_form("calendar", "outlook")(typed)

    assert "private key" in str(form.errors["setting_certificate"])
