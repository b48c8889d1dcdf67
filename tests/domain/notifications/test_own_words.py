"""Words of the company's own: over the default, part by part, and never carried out (F80, F81)."""

from datetime import datetime

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from doorstep.connectors.sms.segments import split_segments
from doorstep.domain.bookings.models import Booking
from doorstep.domain.notifications.models import Channel, MessageText
from doorstep.domain.notifications.rendering import render_mail, render_sms
from doorstep.domain.notifications.services.preview import check_words
from doorstep.domain.notifications.words.fill import Value, fill_line, fill_lines, fill_paragraphs
from doorstep.domain.notifications.words.placeholders import Kind
from doorstep.domain.organization.models import Portal, Snippet
from tests.factories.bookings import book, make_world
from tests.factories.organization import make_portal

from .words_cases import sample_message, visit_message

KIND = "booking_confirmed"
# F81, and their relatives.
PROGRAMS = (
    "{{settings.SECRET_KEY}}", "{% include 'x' %}", "{0.__class__}", "{day.__class__}", "{day!r}",
    "{day:>99999999}", "{}", "{0}", "{ day }", "{Day}", "day}", "{day", "%n", "%(day)s", "%s",
    "{secret_key}", "{settings}",
)  # fmt: skip


def own(portal: Portal, *, kind: str = KIND, language: str = "en", **parts: str) -> MessageText:
    return MessageText.objects.create(portal=portal, message_type=kind, language=language, **parts)


def refused(portal: Portal, now: datetime, *, kind: str = KIND, **words: str) -> list[str]:
    problems = check_words(words, portal=portal, message_type=kind, language="en", now=now)
    return [problem.part for problem in problems if not problem.is_warning]


@pytest.fixture
def booking(now: datetime) -> Booking:
    return book(make_world(), now=now)


# --- Which words -----------------------------------------------------------------------------


@pytest.mark.django_db
def test_own_words_take_the_place_of_the_default_part_by_part(now: datetime) -> None:
    portal = make_portal()
    own(portal, subject="See you on {day}")

    mail = render_mail(sample_message(KIND, portal), now=now)

    assert mail.subject == "See you on Monday, 30 November 2026"
    assert "Your visit is booked" in mail.text


@pytest.mark.django_db
def test_own_words_are_for_one_language_and_one_portal(now: datetime) -> None:
    portal, other = make_portal(), make_portal()
    own(portal, subject="Only here")

    assert render_mail(sample_message(KIND, portal), now=now).subject == "Only here"
    assert "Only" not in render_mail(sample_message(KIND, portal, language="de"), now=now).subject
    assert "Only" not in render_mail(sample_message(KIND, other), now=now).subject


@pytest.mark.django_db
def test_a_snippet_changes_mails_and_text_messages_and_prefers_the_readers_language(
    now: datetime,
) -> None:
    portal = make_portal()
    Snippet.objects.create(portal=portal, name="hours", text="Mon to Fri")
    Snippet.objects.create(portal=portal, name="hours", language="de", text="Mo bis Fr")
    for language in ("en", "de"):
        own(portal, language=language, closing="Open {hours}", sms="Open {hours}, {link}")

    for language, hours in (("en", "Mon to Fri"), ("de", "Mo bis Fr")):
        message = sample_message(KIND, portal, language=language)
        mail = render_mail(message, now=now)
        message.channel = Channel.SMS
        assert f"Open {hours}" in mail.text
        assert hours in mail.html
        assert f"Open {hours}" in render_sms(message, now=now).text


@pytest.mark.django_db
def test_the_portals_own_words_show_in_mail_and_text_message(now: datetime) -> None:
    portal = make_portal(company_name="Northwind", page_footer="Since 1912")

    mail = render_mail(sample_message(KIND, portal), now=now)
    sms = render_sms(sample_message(KIND, portal, channel=Channel.SMS), now=now)

    assert "Since 1912" in mail.text
    assert "Since 1912" in mail.html
    assert sms.text.startswith("Northwind: ")


@pytest.mark.django_db
def test_a_text_that_names_a_snippet_that_is_gone_keeps_the_default(now: datetime) -> None:
    portal = make_portal()
    own(portal, subject="Open {hours}", heading="Welcome")

    mail = render_mail(sample_message(KIND, portal), now=now)

    assert mail.subject.startswith("Your visit is booked")
    assert mail.text.startswith("Welcome")


@pytest.mark.django_db
def test_a_line_without_a_value_is_left_out(booking: Booking, now: datetime) -> None:
    portal = booking.work_order.portal
    assert portal is not None
    own(portal, closing="For {asset}.\nCall {contact_phone}.\nSee you!", sms="{asset}\n{link}")

    mail = render_mail(visit_message(booking, KIND), now=now)
    sms = render_sms(visit_message(booking, KIND, channel=Channel.SMS), now=now)

    assert "For" not in mail.text
    assert "Call" not in mail.text
    assert "See you!" in mail.text
    assert sms.text == sms.marker


# --- What is refused -------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("part", ["subject", "opening", "closing", "button", "sms"])
@pytest.mark.parametrize("program", PROGRAMS)
def test_what_looks_like_a_program_is_refused(program: str, part: str, now: datetime) -> None:
    assert part in refused(make_portal(), now, **{part: f"Hello {program} there {{link}}"})


@pytest.mark.django_db
@pytest.mark.parametrize("program", PROGRAMS)
def test_what_got_past_the_check_is_printed_or_left_to_the_default(
    program: str, now: datetime
) -> None:
    portal = make_portal()
    own(portal, closing=f"Hello {program}!")

    text = render_mail(sample_message(KIND, portal), now=now).text

    named = {"{secret_key}", "{settings}", "{{settings.SECRET_KEY}}"}
    assert f"Hello {program}!" in text or program in named or "{day}" in program


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("subject", "two\nlines"),
        ("heading", "a\x07bell"),
        ("subject", "Look: {link}"),
        ("sms", "{asset}"),
        ("sms", "x" * 153 * 6 + "{link}"),
        ("opening", "{old_day}"),
    ],
)
def test_other_words_that_are_refused(part: str, text: str, now: datetime) -> None:
    assert refused(make_portal(), now, **{part: text}) == [part]


@pytest.mark.django_db
def test_ordinary_words_are_not_refused(now: datetime) -> None:
    portal = make_portal()
    Snippet.objects.create(portal=portal, name="hours", text="Mon to Fri")

    assert not refused(portal, now, opening="10 % off, 100%ig: {service} & <b> – {hours} 🔧")
    assert not refused(portal, now, kind="booking_rescheduled", closing="Not {old_day}.")


@pytest.mark.django_db
def test_three_segments_are_worth_a_warning(now: datetime) -> None:
    words = {"sms": "x" * 400 + " {link}"}

    problems = check_words(words, portal=make_portal(), message_type=KIND, language="en", now=now)

    assert [(each.part, each.is_warning) for each in problems] == [("sms", True)]


@pytest.mark.django_db
def test_the_office_has_one_language(now: datetime) -> None:
    problems = check_words(
        {}, portal=make_portal(), message_type="staff_booked", language="de", now=now
    )

    assert [each.part for each in problems] == ["language"]


# --- What values can do ----------------------------------------------------------------------


@pytest.mark.django_db
def test_a_value_is_never_read_as_a_placeholder(booking: Booking, now: datetime) -> None:
    contact = booking.work_order.reported_by
    assert contact is not None
    contact.first_name = "{link} {company_name}"
    contact.save()

    mail = render_mail(visit_message(booking, KIND), now=now)

    assert "Hello {link} {company_name}," in mail.text


@pytest.mark.django_db
def test_markup_in_words_snippets_and_values_is_shown_and_not_done(
    booking: Booking, now: datetime
) -> None:
    portal, contact = booking.work_order.portal, booking.work_order.reported_by
    assert portal is not None
    assert contact is not None
    canary = "<img src=x onerror=alert(1)>"
    contact.first_name = canary
    contact.save()
    Snippet.objects.create(portal=portal, name="mine", text=canary)
    own(portal, opening=f"{{greeting}} {canary} {{mine}}", heading=canary, button=canary)

    html = render_mail(visit_message(booking, KIND), now=now).html

    assert "<img" not in html
    assert html.count("&lt;img src=x") >= 5


@pytest.mark.django_db
def test_nothing_typed_can_add_a_header(booking: Booking, now: datetime) -> None:
    portal = booking.work_order.portal
    assert portal is not None
    Snippet.objects.create(portal=portal, name="mine", text="x\r\nBcc: all@example.com")
    own(portal, subject="Hello\r\nBcc: you@example.com {mine}")

    mail = render_mail(visit_message(booking, KIND), now=now)

    assert mail.subject == "Hello Bcc: you@example.com x Bcc: all@example.com"


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


@given(text=WORDS, value=WORDS)
@hypothesis_settings(max_examples=200, suppress_health_check=list(HealthCheck))
def test_any_words_and_any_value_make_one_line_and_inert_html(text: str, value: str) -> None:
    values = {"name": Value(value), "phone": Value(value, Kind.LEFT_TO_RIGHT)}
    template = f"{text.replace('{', '(')} {{name}} {{phone}}"

    line = fill_line(template, values)
    paragraphs = fill_paragraphs(template, values)

    assert line.splitlines() in ([line], [])
    for paragraph in paragraphs:
        rest = paragraph.html
        for tag in ('<bdi dir="ltr">', "<bdi>", "</bdi>", "<br>", "</a>"):
            rest = rest.replace(tag, "")
        assert "<" not in rest.replace('<a class="link" ', "")


@given(name=WORDS, emoji=st.sampled_from(["🔧", "👨‍👩‍👧", "é", "ж", ""]))
@hypothesis_settings(max_examples=200, suppress_health_check=list(HealthCheck))
def test_no_character_of_a_text_message_is_ever_split(name: str, emoji: str) -> None:
    text = fill_lines("{name} {name}", {"name": Value(name + emoji * 60)})
    segments = split_segments(text)

    assert "".join(segments.parts) == text
    for part in segments.parts:
        assert part.encode("utf-16-le").decode("utf-16-le") == part


def test_names_in_another_script_keep_to_themselves() -> None:
    values = {"name": Value("שרה"), "phone": Value("+44 161", Kind.LEFT_TO_RIGHT)}

    with translation.override("en"):
        english = fill_line("Hello {name}, {phone}", values)
    with translation.override("ar"):
        arabic = fill_line("{name} {phone}", values)

    assert english == "Hello \u2068שרה\u2069, +44 161"
    assert arabic == "שרה \u2066+44 161\u2069"


def test_an_address_in_the_words_becomes_a_link_and_one_in_a_value_does_not() -> None:
    (paragraph,) = fill_paragraphs(
        "Read https://acme.example/winter. {name}", {"name": Value("https://evil.example")}
    )

    assert 'href="https://acme.example/winter"' in paragraph.html
    assert 'href="https://evil' not in paragraph.html
    assert paragraph.plain.startswith("Read https://acme.example/winter.")
