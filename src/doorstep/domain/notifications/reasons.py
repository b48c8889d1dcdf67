"""Why a message is not sent: codes on the row, words for the office."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Reason(models.TextChoices):
    NO_CONTACT = "no_contact", _("There is nobody to tell.")
    CONTACT_GONE = "contact_gone", _("The contact was erased.")
    CONTACT_INACTIVE = "contact_inactive", _("The contact is not active.")
    NO_ADDRESS = "no_address", _("The contact has no e-mail address.")
    NO_PHONE = "no_phone", _("The contact has no mobile phone.")
    NO_CONNECTOR = "no_connector", _("No service for text messages is set up.")
    OPTED_OUT = "opted_out", _("The recipient wants no messages at this address.")
    OPTED_OUT_OPTIONAL = "opted_out_optional", _("The recipient wants no reminders and surveys.")
    NOT_ALLOWED = "not_allowed", _("Only some recipients may be written to (company settings).")
    DRY_RUN = "dry_run", _("Dry run: made, not sent (company settings).")
    SWITCHED_OFF = "switched_off", _("The portal does not send this type.")
    ACCOUNT_EXCLUDED = "account_excluded", _("The account is excluded.")
    ACCOUNT_INACTIVE = "account_inactive", _("The account is not active.")
    TYPE_EXCLUDED = "type_excluded", _("The work order type is excluded.")
    BOOKING_GONE = "booking_gone", _("The booking no longer exists.")
    BOOKING_CANCELED = "booking_canceled", _("The booking was canceled.")
    NOT_CANCELED = "not_canceled", _("The booking is not canceled any more.")
    NOT_COMPLETED = "not_completed", _("The visit is not completed any more.")
    NOT_TRAVELING = "not_traveling", _("The technician is not on the way any more.")
    TRACKING_OFF = "tracking_off", _("The portal does not show technicians on the way.")
    NEWER_DELAY = "newer_delay", _("A newer arrival time has been told since.")
    BEGUN = "begun", _("The visit has begun.")
    VISIT_OVER = "visit_over", _("The visit is over.")
    NEVER_TOLD = "never_told", _("No message with a date went out before.")
    NOTHING_CHANGED = "nothing_changed", _("The customer knows this time already.")
    SMALL_CHANGE = "small_change", _("The start moved too little to tell.")
    ANOTHER_TELLS = "another_tells", _("A message still waiting will tell the new time.")
    MOVED_SINCE = "moved_since", _("The visit was moved since.")
    NEARER_REMINDER = "nearer_reminder", _("A reminder nearer to the visit was due as well.")
    INVITATION_GONE = "invitation_gone", _("The invitation no longer exists.")
    INVITATION_REVOKED = "invitation_revoked", _("The invitation was revoked.")
    INVITATION_EXPIRED = "invitation_expired", _("The invitation has expired.")
    INVITATION_USED = "invitation_used", _("The invitation has been redeemed.")
    SIGN_IN_NOT_ALLOWED = "sign_in_not_allowed", _("The contact may not sign in.")
    USER_GONE = "user_gone", _("The sign-in no longer exists or is switched off.")
    NOT_THE_SIGN_IN_ADDRESS = (
        "not_the_sign_in_address",
        _("The person no longer signs in with this address."),
    )
    STRANGER = "stranger", _("Nobody we know has this address.")
    TOO_LATE = "too_late", _("It could not be sent while it was of use.")
    BROKEN = "broken", _("The text could not be made.")
    TAKEN_BACK = "taken_back", _("Staff took it back.")
    OUTCOME_UNKNOWN = (
        "outcome_unknown",
        _("The line broke twice after handing it over; it may have arrived."),
    )
