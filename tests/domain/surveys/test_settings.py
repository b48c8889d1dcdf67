"""Which pages of other services may be asked with, and what is filled into their addresses."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from doorstep.domain.surveys.models import SurveyKind, SurveySettings
from doorstep.domain.surveys.selectors import filled_url
from doorstep.domain.surveys.url_template import fill_template, host_of
from tests.factories.organization import make_portal
from tests.factories.surveys import SURVEY_HOST, ask_elsewhere

pytestmark = pytest.mark.django_db


def settings_with(template: str, hosts: str = SURVEY_HOST) -> SurveySettings:
    return SurveySettings(
        portal=make_portal(),
        kind=SurveyKind.EXTERNAL,
        url_template=template,
        allowed_hosts=hosts,
    )


@pytest.mark.parametrize(
    "template",
    [
        "https://forms.example.com",
        "https://forms.example.com/visit?n={booking_number}&s={service}&l={language}#now",
        "HTTPS://FORMS.example.com/x",
    ],
)
def test_pages_on_an_allowed_host_are_taken(template: str) -> None:
    settings = settings_with(template, "other.example.com\n Forms.Example.com ")
    settings.full_clean()

    assert settings.framed_host == SURVEY_HOST


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("http://forms.example.com/x", "https"),
        ("https://evil.example.com/x", "evil.example.com is not among the allowed hosts"),
        ("https://forms.example.com.evil.com/x", "not among the allowed hosts"),
        ("https://forms.example.com@evil.com/x", "https"),
        ("https://forms.example.com\\@evil.com/x", "https"),
        ("https://forms.example.com:8443/x", "https"),
        ("https://{service}.example.com/x", "https"),
        ("https://forms.example.com{service}/x", "https"),
        ("//forms.example.com/x", "https"),
        ("javascript:alert(1)//https://forms.example.com/", "https"),
        ("https://forms.example.com/a b", "https"),
        ('https://forms.example.com/"onload="', "https"),
        ("https://forms.example.com/;frame-src *\n", "https"),
        ("https://forms.example.com/?n={number}", "no placeholder {number}"),
        ("https://forms.example.com/?n={booking_number", "no partner"),
        ("", "Which page"),
    ],
)
def test_what_could_lead_elsewhere_is_refused(template: str, words: str) -> None:
    settings = settings_with(template)
    with pytest.raises(ValidationError) as refusal:
        settings.full_clean()

    assert words in str(refusal.value)


@pytest.mark.parametrize("hosts", ["https://forms.example.com", "*", "a b", "forms.example.com/x"])
def test_a_host_is_a_name_and_nothing_else(hosts: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        settings_with("https://forms.example.com/x", hosts).full_clean()

    assert "is not a host name" in str(refusal.value)


def test_values_are_encoded_wherever_they_stand() -> None:
    values = {"service": "Öl & Gas/../?#=%", "language": "de", "booking_number": "V-1"}

    filled = fill_template("https://forms.example.com/{service}?n={booking_number}", values)

    assert filled == "https://forms.example.com/%C3%96l%20%26%20Gas%2F..%2F%3F%23%3D%25?n=V-1"
    assert host_of(filled) == SURVEY_HOST


def test_the_language_is_the_one_that_is_read() -> None:
    portal = make_portal()
    ask_elsewhere(portal)
    with translation.override("ar"):
        url = filled_url(portal, booking_number="V-1", service="Boiler")

    assert url == "https://forms.example.com/visit?n=V-1&lang=ar"


def test_a_link_without_tls_from_before_stays_a_link_and_is_not_framed() -> None:
    portal = make_portal()
    SurveySettings.objects.create(
        portal=portal, kind="external", url_template="http://old.example.com/{x}",
        allowed_hosts="old.example.com",
    )  # fmt: skip

    assert filled_url(portal, booking_number="V-1", service="") == "http://old.example.com/{x}"
    assert portal.survey_settings.framed_host == ""
