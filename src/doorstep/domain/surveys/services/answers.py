"""Give feedback about a visit, and change it for some days."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from doorstep.domain.bookings.models import Booking
from doorstep.domain.bookings.rules import lock_latest
from doorstep.domain.customers.models import Contact
from doorstep.platform.audit.services import Actor, record

from ..errors import AnswerFixed, NotARating, SurveyClosed
from ..models import HIGHEST, LOWEST, MAX_COMMENT, SurveyAnswer
from ..selectors import CHANGEABLE_FOR, own_survey


@dataclass(frozen=True, slots=True)
class Reply:
    """`question_rating` answers the service's question, if it has one. `comment` None leaves the
    words that were given before."""

    rating: int
    question_rating: int | None = None
    comment: str | None = ""


def give_answer(
    *, booking: Booking, contact: Contact, reply: Reply, actor: Actor, now: datetime
) -> SurveyAnswer:
    """Keep what `contact` says of a completed visit; a second answer takes the first one's place.

    The caller has made sure that she may see the visit. Raises SurveyClosed when there is no form
    for it (any more), AnswerFixed when hers is too old to be changed, NotARating.
    """
    _check(reply)
    with transaction.atomic():
        # Two answers sent at once are given one after the other.
        current = lock_latest(booking)
        survey = own_survey(current, contact=contact, now=now)
        if survey is None:
            raise SurveyClosed
        if not survey.is_open:
            raise AnswerFixed(days=CHANGEABLE_FOR.days) if survey.answer else SurveyClosed
        answer = survey.answer or SurveyAnswer(booking=current, contact=contact, given_at=now)
        before = _said(answer) if survey.answer else None
        has_replied = reply.question_rating is not None and survey.question
        answer.rating = reply.rating
        answer.question = survey.question if has_replied else ""
        answer.question_rating = reply.question_rating if has_replied else None
        if reply.comment is not None:
            answer.comment = reply.comment.strip()
        if _said(answer) == before:
            return answer
        answer.changed_at, answer.source = now, actor.source
        answer.save()
        action = "feedback changed" if before else "feedback given"
        record(actor=actor, action=action, obj=current, data={"stars": answer.rating})
    return answer


def _check(reply: Reply) -> None:
    ratings = [reply.rating, *([reply.question_rating] if reply.question_rating else [])]
    if any(not LOWEST <= rating <= HIGHEST for rating in ratings):
        raise NotARating
    if reply.comment is not None and len(reply.comment) > MAX_COMMENT:
        raise ValueError(f"a comment is at most {MAX_COMMENT} characters long")


def _said(answer: SurveyAnswer) -> tuple[object, ...]:
    return answer.rating, answer.question, answer.question_rating, answer.comment
