"""The default words of every type of message, and the parts each consists of: one list.

Plain text with placeholders such as {day}; a blank line begins a paragraph. Customers' words stand
in the catalogs of every language; the office's (office_words.py) are English. Text messages are
kept short and free of letters outside GSM-7 where the language allows.
"""

from dataclasses import dataclass, fields

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from ..message_types import (
    BOOKING_CANCELED,
    BOOKING_COMPLETED,
    BOOKING_CONFIRMED,
    BOOKING_REMINDER,
    BOOKING_RESCHEDULED,
    INVITATION,
    PASSWORD_RESET,
    RUNNING_LATE,
    TECHNICIAN_TRAVELING,
)
from .office_words import OFFICE_DEFAULTS


@dataclass(frozen=True, slots=True)
class Words:
    """`opening` stands before the details of a message, `closing` after them; `why` tells at the
    end why somebody got it. A type without `sms` is never sent to a phone."""

    subject: StrOrPromise
    heading: StrOrPromise
    opening: StrOrPromise
    button: StrOrPromise
    closing: StrOrPromise = ""
    why: StrOrPromise = ""
    sms: StrOrPromise = ""


PARTS = tuple(field.name for field in fields(Words))
# What a company may put words of its own for.
OWN_PARTS = tuple(part for part in PARTS if part != "why")

DEFAULTS: dict[str, Words] = {
    INVITATION.name: Words(
        subject=_("Book your visits with {company_name} online"),
        heading=_("Book your visits online"),
        opening=_(
            "{greeting}\n\n"
            "{company_name} invites you to book, move and cancel the technician's visits for "
            "{account_name} online, whenever it suits you."
        ),
        button=_("Accept the invitation"),
        closing=_("The invitation is valid until {expires_on}."),
        why=_("It is meant for you alone. If you do not want to use it, you need not do anything."),
    ),
    BOOKING_CONFIRMED.name: Words(
        subject=_("Your visit is booked: {day}, {window}"),
        heading=_("Your visit is booked"),
        opening=_("{greeting}\n\nThank you for your booking. This is when we come:"),
        button=_("See, move or cancel"),
        why=_("You get this message because a visit was booked for you."),
        sms=_(
            "{company_name}: your visit is booked for {short_day}, {window}. See or change: {link}"
        ),
    ),
    BOOKING_REMINDER.name: Words(
        subject=_("Reminder: your visit on {day}, {window}"),
        heading=_("Your visit is coming up"),
        opening=_("{greeting}\n\nWe would like to remind you of your visit:"),
        button=_("See, move or cancel"),
        closing=_(
            "Does the time no longer suit you? Please move or cancel the visit, so that somebody "
            "else can have it."
        ),
        why=_("You get this reminder because a visit is planned for you."),
        sms=_(
            "{company_name}: reminder of your visit on {short_day}, {window}. See or change: {link}"
        ),
    ),
    TECHNICIAN_TRAVELING.name: Words(
        subject=_("{technician_name} is on the way"),
        heading=_("{technician_name} is on the way"),
        opening=_("{greeting}\n\nWe expect to be with you around {arrival_estimate}."),
        button=_("Follow your visit"),
        closing=_("Please make sure that somebody can open the door."),
        why=_("You get this message because your visit is about to begin."),
        sms=_(
            "{company_name}: {technician_name} is on the way, arrival around {arrival_estimate}. "
            "Follow: {link}"
        ),
    ),
    RUNNING_LATE.name: Words(
        subject=_("New arrival time: around {arrival_estimate}"),
        heading=_("Your visit has a new arrival time"),
        opening=_(
            "{greeting}\n\n"
            "The time we promised you was {window}. {technician_name} is now expected around "
            "{arrival_estimate}. We are sorry that plans changed."
        ),
        button=_("Keep or change the visit"),
        closing=_(
            "You need not do anything if that suits you. Otherwise you can choose another time, "
            "today or on another day."
        ),
        why=_("You get this message because a visit is planned for you today."),
        sms=_(
            "{company_name}: new arrival time of your visit: around {arrival_estimate}. "
            "Keep or change: {link}"
        ),
    ),
    BOOKING_RESCHEDULED.name: Words(
        subject=_("Your visit has a new time: {day}, {window}"),
        heading=_("Your visit has a new time"),
        opening=_("{greeting}\n\nYour visit was moved. This is the new time:"),
        button=_("See, move or cancel"),
        why=_("You get this message because the time of your visit changed."),
        sms=_(
            "{company_name}: your visit has a new time: {short_day}, {window}. "
            "See or change: {link}"
        ),
    ),
    BOOKING_CANCELED.name: Words(
        subject=_("Your visit on {day} is canceled"),
        heading=_("Your visit is canceled"),
        opening=_("{greeting}\n\nThis visit will not take place:"),
        button=_("See the visit"),
        closing=_("If this is not what you wanted, or if you have questions, please tell us."),
        why=_("You get this message because a visit planned for you was canceled."),
        sms=_("{company_name}: your visit on {short_day}, {window} is canceled. Details: {link}"),
    ),
    BOOKING_COMPLETED.name: Words(
        subject=_("Your visit is completed"),
        heading=_("Your visit is completed"),
        opening=_("{greeting}\n\nThe work of your visit is done."),
        button=_("See the visit"),
        closing=_("How did we do? A few words help us to get better: {survey_link}"),
        why=_("You get this message because a technician worked for you."),
        sms=_(
            "{company_name}: your visit was completed, {completed_at}. Details: {link}\n"
            "How did we do? {survey_link}"
        ),
    ),
    PASSWORD_RESET.name: Words(
        subject=_("Choose a new password for {company_name}"),
        heading=_("Choose a new password"),
        opening=_(
            "{greeting}\n\n"
            "Somebody, perhaps you, asked for a new password for your sign-in with {company_name}."
        ),
        button=_("Choose a new password"),
        closing=_(
            "The link works once and not for long. If it was not you, you need not do anything: "
            "your password stays as it is."
        ),
    ),
} | {name: Words(**parts) for name, parts in OFFICE_DEFAULTS.items()}
