"""The demo's service for text messages: files that the inbox shows."""

from doorstep.domain.organization.models import ConnectorAccount, ConnectorKind

from .inbox import inbox_folder

NAME = "Text messages of the demo"


def ensure_texts_account() -> ConnectorAccount:
    """There is one, and it writes where the inbox reads, also after the folder was moved."""
    account, _created = ConnectorAccount.objects.get_or_create(
        name=NAME, defaults={"kind": ConnectorKind.SMS, "connector": "folder"}
    )
    settings = {"folder": str(inbox_folder())}
    if account.settings != settings:
        account.settings = settings
        account.save(update_fields=["settings_encrypted"])
    return account
