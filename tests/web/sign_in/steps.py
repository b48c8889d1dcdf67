"""What people do on the way in, as steps of a journey."""

import re
from datetime import datetime

from django.test import Client
from django.utils import timezone

from doorstep.domain.customers.models import Invitation
from doorstep.domain.notifications.models import Message, MessageState
from doorstep.domain.notifications.services.deliver import deliver
from doorstep.platform.lib.secrets import decrypt
from tests.doubles.smtp import SmtpDouble

NEW_PASSWORD = "a violet giraffe sings"


def code_of(invitation: Invitation) -> str:
    return decrypt(invitation.code_encrypted)


def open_link(client: Client, invitation: Invitation) -> str:
    """Follow the link of the mail; returns the page it leads to."""
    response = client.get(f"/invitation/{code_of(invitation)}/", follow=True)
    return response.content.decode()


def accept(client: Client, invitation: Invitation) -> None:
    open_link(client, invitation)
    client.post("/invitation/accept/")


def sign_up(client: Client, invitation: Invitation, **values: str) -> object:
    accept(client, invitation)
    return client.post("/accounts/signup/", {"password1": NEW_PASSWORD, **values})


def run_worker(now: datetime | None = None) -> None:
    for message in Message.objects.filter(state=MessageState.PENDING):
        deliver(message_id=message.pk, now=now or timezone.now())


def link_in(smtp: SmtpDouble, pattern: str) -> str:
    """The path of the link in the newest mail."""
    body = smtp.mails[-1].get_body(("plain",))
    assert body is not None
    found = re.search(r"http://127\.0\.0\.1:8000(" + pattern + r")", body.get_content())
    assert found is not None
    return found[1]
