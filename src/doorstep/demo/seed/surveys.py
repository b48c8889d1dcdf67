"""What customers said of past visits; Carol's last one waits for hers."""

import datetime as dt
from collections.abc import Iterable
from datetime import datetime
from random import Random

from doorstep.domain.bookings.models import Booking
from doorstep.domain.customers.models import Contact
from doorstep.domain.organization.models import Portal
from doorstep.domain.surveys.models import SurveyAnswer, SurveyKind, SurveySettings
from doorstep.platform.audit.models import Source

from .visits import Visit

_ANSWERED = 0.4
_WITH_WORDS = 0.5
_BY_LINK = 0.7
_STARS, _WEIGHTS = (1, 2, 3, 4, 5), (2, 3, 8, 27, 60)
_WORDS = {
    1: ("Nobody rang before coming, and the fault was back the next day.",),
    2: ("Forty minutes late, and I had to ask what was done.",),
    3: ("It works again. I had hoped for one visit instead of two.", "All right."),
    4: ("Quick and friendly. The window could have been shorter.", "On time, thank you."),
    5: (
        "On time, tidy and patient with my questions.",
        "Found the fault within minutes.",
        "I could see on the map when to put the kettle on.",
        "Very kind, thank you!",
    ),
}


def make_surveys(portals: Iterable[Portal]) -> None:
    SurveySettings.objects.bulk_create(
        SurveySettings(portal=portal, kind=SurveyKind.OWN) for portal in portals
    )


def write_answers(bookings: dict[Visit, Booking], *, but: Contact, now: datetime) -> None:
    """Of some visits that are done; of all those of `but` but the last one."""
    rng = Random(f"answers {len(bookings)}")  # noqa: S311 (not for secrets)
    done = [
        (visit, booking, booking.completed_at)
        for visit, booking in bookings.items()
        if booking.completed_at is not None
    ]
    hers = [booking.completed_at for visit, booking, _at in done if visit.contact == but]
    last = max(filter(None, hers), default=None)
    answers = []
    for visit, booking, completed_at in done:
        given_at = completed_at + dt.timedelta(minutes=rng.randint(20, 3000))
        stars = rng.choices(_STARS, _WEIGHTS)[0]
        is_hers = visit.contact == but
        wants_to = completed_at != last if is_hers else rng.random() < _ANSWERED
        words = rng.choice(_WORDS[stars]) if rng.random() < _WITH_WORDS else ""
        source = Source.LINK if rng.random() < _BY_LINK else Source.PORTAL
        question = visit.kind.question
        question_stars = min(5, max(1, stars + rng.choice((-1, 0, 0, 1))))
        if not wants_to or given_at >= now:
            continue
        answers.append(
            SurveyAnswer(
                booking=booking,
                contact=visit.contact,
                rating=stars,
                question=question,
                question_rating=question_stars if question else None,
                comment=words,
                given_at=given_at,
                changed_at=given_at,
                source=source if visit.contact.user_id else Source.LINK,
            )
        )
    SurveyAnswer.objects.bulk_create(answers, batch_size=500)
