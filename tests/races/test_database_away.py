"""A database that does not answer in time."""

import threading

import pytest
from django.db import connection, connections, transaction
from django.test import Client

from tests.factories.organization import make_portal

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_page_that_waits_too_long_for_a_lock_says_try_again() -> None:
    make_portal()
    locked, done = threading.Event(), threading.Event()

    def hold_the_lock() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("LOCK TABLE organization_portal IN ACCESS EXCLUSIVE MODE")
                locked.set()
                done.wait(timeout=30)
        finally:
            connections.close_all()

    holder = threading.Thread(target=hold_the_lock)
    holder.start()
    try:
        assert locked.wait(timeout=30)
        answer = Client(raise_request_exception=False).get("/")
    finally:
        done.set()
        holder.join()

    assert answer.status_code == 503
    assert answer["Retry-After"] == "30"
