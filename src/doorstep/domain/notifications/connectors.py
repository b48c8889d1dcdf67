"""Which account with an outside service sends a message."""

from doorstep.domain.organization.models import ConnectorAccount, Portal
from doorstep.platform.lib.rows import rows_as, run, select

from .models import Channel

# The mail server of the installation's settings, for who has set up nothing else.
BUILT_IN = "django"
_OF_PORTAL = "WHERE (portal_id = %s OR portal_id IS NULL) AND kind = %s"


def find_account(channel: Channel, portal: Portal) -> ConnectorAccount | None:
    """The portal's own account, else one for all portals; for mail, else the built-in one.

    None where nothing is set up for text messages, or where all that is was switched off.
    """
    rows = run(select(ConnectorAccount, _OF_PORTAL), [portal.pk, str(channel)])
    accounts = rows_as(ConnectorAccount, rows)
    if not accounts and channel == Channel.EMAIL:
        accounts = [
            ConnectorAccount.objects.get_or_create(
                kind=Channel.EMAIL,
                connector=BUILT_IN,
                portal=None,
                defaults={"name": "Mail server"},
            )[0]
        ]
    in_use = [account for account in accounts if account.is_active]
    in_use.sort(key=lambda each: (each.portal_id is None, each.connector == BUILT_IN, each.pk))
    return in_use[0] if in_use else None
