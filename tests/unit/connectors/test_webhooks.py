from itertools import permutations

import pytest

from doorstep.connectors.webhooks import Progress, Wish, outranks, read_wish


def fold(reports: tuple[Progress, ...]) -> Progress:
    state = Progress.QUEUED
    for report in reports:
        if outranks(report, state):
            state = report
    return state


@pytest.mark.parametrize("last", [Progress.DELIVERED, Progress.FAILED, Progress.BOUNCED])
def test_reports_in_any_order_and_twice_lead_to_the_same_state(last: Progress) -> None:
    reports = (Progress.QUEUED, Progress.SENT, Progress.SENT, last, last)

    assert {fold(order) for order in permutations(reports)} == {last}


def test_delivered_after_failed_changes_nothing() -> None:
    assert not outranks(Progress.DELIVERED, Progress.FAILED)
    assert not outranks(Progress.FAILED, Progress.DELIVERED)


def test_a_mail_may_come_back_after_it_was_delivered() -> None:
    assert outranks(Progress.BOUNCED, Progress.DELIVERED)
    assert not outranks(Progress.DELIVERED, Progress.BOUNCED)


def test_a_complaint_is_the_last_word() -> None:
    assert all(
        outranks(Progress.COMPLAINED, progress) for progress in set(Progress) - {"complained"}
    )


@pytest.mark.parametrize(
    "text",
    ["STOP", "stop", " Stop. ", "STOP ALL", "Opt-out", "UNSUBSCRIBE", "end", "Quit!", "REVOKE",
     "Stopp", "ABMELDEN", "Arrêter", "arreter", "Désabonner", "BAJA", "Sair", "Descadastrar",
     "إيقاف", "قف", "הסר", "ＳＴＯＰ", "«STOP»", "stop 🛑"],
)  # fmt: skip
def test_stop_is_heard_in_every_language_we_write_in(text: str) -> None:
    assert read_wish(text) == Wish.STOP


@pytest.mark.parametrize("text", ["CANCEL", "Cancel.", "annuler", "CANCELAR", "إلغاء", "ביטול"])
def test_cancel_is_a_wish_of_its_own(text: str) -> None:
    assert read_wish(text) == Wish.CANCEL


@pytest.mark.parametrize("text", ["START", "unstop", "Anmelden", "ALTA", "ابدأ", "התחל"])
def test_start_brings_the_texts_back(text: str) -> None:
    assert read_wish(text) == Wish.START


@pytest.mark.parametrize("text", ["HELP", "info?", "Hilfe", "עזרה"])
def test_help_is_heard(text: str) -> None:
    assert read_wish(text) == Wish.HELP


@pytest.mark.parametrize(
    "text",
    ["", "👍", "yes", "Please stop by at ten", "Can I cancel Friday?", "absagen", "unstoppable"],
)
def test_everything_else_is_for_people_to_read(text: str) -> None:
    assert read_wish(text) == Wish.OTHER
