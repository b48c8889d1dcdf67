"""What the sign-in pages say by mail, besides the password reset: one entry per cause.

The keys are allauth's names for its mails; the texts are ours.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from doorstep.domain.organization.selectors import get_company
from doorstep.platform.lib.site_time import format_date_and_window, get_zone

from .words.defaults import Words
from .words.fill import isolated, names_in


@dataclass(frozen=True, slots=True)
class AccountMail:
    """`text` may name the values the mail was written with; `button` needs a value "url".

    A `warning` tells of a change and from where it was made.
    """

    subject: Promise
    text: Promise
    button: Promise | None = None
    is_warning: bool = False


def _change(subject: Promise, text: Promise) -> AccountMail:
    return AccountMail(subject, text, is_warning=True)


_CONFIRM = AccountMail(
    _("Please confirm your e-mail address"),
    _("Please confirm that {email} is your address. Until then, nothing is sent to it."),
    _("Confirm this address"),
)

ACCOUNT_MAILS = {
    "account/email/email_confirmation": _CONFIRM,
    "account/email/email_confirmation_signup": _CONFIRM,
    "account/email/account_already_exists": AccountMail(
        _("You can sign in already"),
        _(
            "Somebody, perhaps you, tried to sign up with {email}. You have a sign-in with this "
            "address already. If you do not remember your password, choose a new one."
        ),
        _("Choose a new password"),
    ),
    "account/email/unknown_account": AccountMail(
        _("There is no sign-in with this address yet"),
        _(
            "Somebody, perhaps you, asked for a new password for {email}. There is no sign-in "
            "with this address yet: use the link in your invitation to make one, or ask us for a "
            "new invitation."
        ),
    ),
    "account/email/password_changed": _change(
        _("Your password was changed"), _("The password of your sign-in was changed.")
    ),
    "account/email/password_set": _change(
        _("Your password was set"), _("A password was set for your sign-in.")
    ),
    "account/email/password_reset": _change(
        _("Your password was changed"),
        _("A new password was chosen for your sign-in through the link we sent you."),
    ),
    "account/email/email_changed": _change(
        _("Your e-mail address was changed"),
        _("The address of your sign-in was changed from {from_email} to {to_email}."),
    ),
    "account/email/email_confirm": _change(
        _("Your e-mail address is confirmed"), _("The address {email} was confirmed.")
    ),
    "account/email/email_deleted": _change(
        _("An e-mail address was removed"),
        _("The address {deleted_email} was removed from your sign-in."),
    ),
    "mfa/email/totp_activated": _change(
        _("Authenticator app added"),
        _("From now on, signing in also asks for a code from your authenticator app."),
    ),
    "mfa/email/totp_deactivated": _change(
        _("Authenticator app removed"),
        _("Signing in no longer asks for a code from your authenticator app."),
    ),
    "mfa/email/recovery_codes_generated": _change(
        _("New recovery codes"), _("New recovery codes were made. The old ones no longer work.")
    ),
    "mfa/email/webauthn_added": _change(
        _("Passkey added"), _("A passkey or security key was added to your sign-in.")
    ),
    "mfa/email/webauthn_removed": _change(
        _("Passkey removed"), _("A passkey or security key was removed from your sign-in.")
    ),
    "socialaccount/email/account_connected": _change(
        _("Sign-in service connected"), _("You can now also sign in with {provider}.")
    ),
    "socialaccount/email/account_disconnected": _change(
        _("Sign-in service removed"), _("You can no longer sign in with {provider}.")
    ),
}


def account_mail_words(stored: dict[str, str]) -> Words:
    """In the active language, in the shape of other messages' words. Raises KeyError for a kind or
    a value that is missing; the values are filled in like all others, so they bring no
    placeholders of their own."""
    mail = ACCOUNT_MAILS[stored["kind"]]
    return Words(
        subject=str(mail.subject),
        heading=str(mail.subject),
        opening="{greeting}\n\n" + str(mail.text),
        button=str(mail.button) if mail.button else "",
        closing=(
            gettext("If it was not you, please choose a new password at once and tell us.")
            if mail.is_warning
            else gettext("If it was not you, you need not do anything.")
        ),
    )


def account_mail_values(stored: dict[str, str]) -> dict[str, str]:
    """What its text names. KeyError for a kind that is missing."""
    names = names_in(str(ACCOUNT_MAILS[stored["kind"]].text))
    return {name: stored[name] for name in names}


def account_mail_notes(stored: dict[str, str]) -> tuple[str, ...]:
    """From where a change was made, for mails that warn of one."""
    if not ACCOUNT_MAILS[stored["kind"]].is_warning:
        return ()
    zone = get_zone(get_company().time_zone)
    at, ip, browser = stored.get("at"), stored.get("ip"), stored.get("browser")
    lines = [
        format_date_and_window(datetime.fromisoformat(at), None, zone, with_zone=True)
        if at
        else "",
        gettext("Internet address: %(ip)s") % {"ip": isolated(ip)} if ip else "",
        gettext("Browser: %(browser)s") % {"browser": isolated(browser)} if browser else "",
    ]
    return tuple(filter(None, lines))
