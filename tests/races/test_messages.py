"""Workers that die, workers that meet, people who redeem at once: nothing lost, nothing doubled."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from doorstep.domain.customers.models import Invitation
from doorstep.domain.notifications.models import Message, MessageState, Outcome
from doorstep.domain.notifications.services import lease
from doorstep.domain.notifications.services.deliver import deliver
from doorstep.platform.identity.models import User
from doorstep.platform.lib.secrets import decrypt
from tests.doubles.smtp import SILENCE, SmtpDouble, running
from tests.factories.notifications import make_invitation, make_message

from .conftest import run_together

pytestmark = pytest.mark.django_db(transaction=True)

WORKER = """
import django, sys
django.setup()
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(sys.argv[2])
from django.utils import timezone
from doorstep.domain.notifications.services.deliver import deliver
deliver(message_id=int(sys.argv[3]), now=timezone.now())
"""


def use(double: SmtpDouble, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = double.host, double.port


def held(message: Message) -> lease.Lease:
    claimed = lease.claim(message.pk)
    assert claimed is not None
    return claimed


def lapse(message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(lease_until=timezone.now() - timedelta(hours=1))


def is_renewed(message: Message) -> bool:
    return Message.objects.filter(pk=message.pk, lease_until__gt=timezone.now()).exists()


def start_worker(double: SmtpDouble, message: Message) -> subprocess.Popen[bytes]:
    name = str(connection.settings_dict["NAME"])
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, name, str(double.port), str(message.pk)],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
    )


def wait_for(check: object) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if check():  # type: ignore[operator]
            return
        time.sleep(0.05)
    raise AssertionError("it never came to that")


def test_a_worker_killed_while_the_server_thinks_loses_nothing(settings: Settings) -> None:
    message = make_message()
    with running(SmtpDouble(dot=SILENCE)) as double:
        worker = start_worker(double, message)
        wait_for(lambda: double.mails)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        # The attempt was written before the network was touched, and shows.
        assert message.attempts.get().outcome == ""

        double.scripts["dot"] = "250 Ok"
        use(double, settings)
        lapse(message)
        assert deliver(message_id=message.pk, now=timezone.now()) is MessageState.SENT

    assert [a.outcome for a in message.attempts.all()] == [Outcome.UNKNOWN, Outcome.SENT]
    assert len({mail["Message-ID"] for mail in double.mails}) == 1


def test_many_workers_send_a_message_once(settings: Settings) -> None:
    message = make_message()
    with running(SmtpDouble()) as double:
        use(double, settings)
        attempt = lambda: deliver(message_id=message.pk, now=timezone.now())  # noqa: E731

        results = run_together([attempt] * 8)

    assert results.count(MessageState.SENT) == 1
    assert len(double.mails) == 1


def test_no_transaction_is_open_while_the_mail_server_thinks(settings: Settings) -> None:
    message = make_message()
    with running(SmtpDouble(dot=SILENCE)) as double:
        worker = start_worker(double, message)
        wait_for(lambda: double.mails)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
                " AND backend_type = 'client backend'"
            )
            (open_transactions,) = cursor.fetchone()
        worker.kill()
        worker.wait()

    assert open_transactions == 0


def test_slow_sendings_keep_their_leases_and_others_lapse() -> None:
    slow, slower, lost = make_message(), make_message(), make_message()
    leases = [held(message) for message in (slow, slower, lost)]
    renewer = lease.Renewer(every_s=0.1)

    with renewer.holding(leases[0]), renewer.holding(leases[1]):
        for message in (slow, slower, lost):
            lapse(message)
        wait_for(lambda: is_renewed(slow) and is_renewed(slower))

    assert lease.claim(slow.pk) is None
    assert lease.claim(slower.pk) is None
    assert lease.claim(lost.pk) is not None


def test_leases_are_renewed_again_after_a_time_without_any() -> None:
    message = make_message()
    claimed = held(message)
    renewer = lease.Renewer(every_s=0.1)
    with renewer.holding(claimed):
        pass
    time.sleep(0.5)

    with renewer.holding(claimed):
        lapse(message)
        wait_for(lambda: is_renewed(message))

    assert lease.claim(message.pk) is None


def test_an_invitation_redeemed_twice_at_once_makes_one_user(settings: Settings) -> None:
    cache.clear()
    invitation = make_invitation()
    browsers = [prepared_browser(invitation) for _person in range(4)]

    answers = run_together(
        [
            lambda b=b: b.post("/accounts/signup/", {"password1": "a violet giraffe"})
            for b in browsers
        ]
    )

    assert User.objects.count() == 1
    assert Invitation.objects.get().redemption_count == 1
    assert {answer.status_code for answer in answers} <= {200, 302}  # type: ignore[attr-defined]


def prepared_browser(invitation: Invitation) -> Client:
    browser = Client()
    browser.get(f"/invitation/{decrypt(invitation.code_encrypted)}/")
    browser.post("/invitation/accept/")
    return browser
