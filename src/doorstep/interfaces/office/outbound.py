"""What every page of the office says while messages do not go out as usual."""

from django.utils.translation import gettext as _

from doorstep.domain.organization.models import Company


def outbound_notices(company: Company) -> list[str]:
    """One sentence per switch of the company settings that is on."""
    notices = []
    if company.is_outbound_held:
        notices.append(_("All messages are held. What is due waits until they are released."))
    if company.is_dry_run:
        notices.append(_("Dry run: messages are made and logged, none is sent."))
    if company.allowed_recipients.strip():
        notices.append(_("Only some recipients are written to; everybody else gets nothing."))
    return notices
