"""Accounts with services that know the traffic."""

from itertools import count
from typing import Any

from doorstep.domain.organization.models import ConnectorAccount, ConnectorKind
from tests.doubles.traffic import KEY

_numbers = count(1)


def traffic_account(connector: str, base_url: str, **overrides: Any) -> ConnectorAccount:
    """An account at the double that is at `base_url`; `key` is the double's by default."""
    settings = {
        "api_key": overrides.pop("key", KEY),
        "base_url": base_url,
        "allows_private": True,
    }
    values = {"name": f"Traffic {next(_numbers)}", "kind": ConnectorKind.TRAFFIC}
    account = ConnectorAccount(connector=connector, **(values | overrides))
    account.settings = settings
    account.save()
    return account
