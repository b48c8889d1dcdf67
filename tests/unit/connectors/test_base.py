from dataclasses import dataclass

import pytest

from doorstep.connectors.base import (
    CredentialsRefused,
    InvalidSettings,
    TemporaryFailure,
    describe,
    read_settings,
    setting,
)


@dataclass(frozen=True)
class GatewaySettings:
    address: str = setting("Address", help="Where to post.")
    key: str = setting("Key", secret=True)
    speed: float = setting("Speed", default=1.5)
    line: str = setting("Line", default="safe", choices=("safe", "open"))


def test_a_connector_describes_its_settings_in_order() -> None:
    assert [description.name for description in describe(GatewaySettings)] == [
        "address", "key", "speed", "line",
    ]  # fmt: skip


def test_a_description_has_what_a_form_needs() -> None:
    address, key, speed, line = describe(GatewaySettings)

    assert (address.label, address.help, address.kind) == ("Address", "Where to post.", str)
    assert (address.is_required, address.is_secret) == (True, False)
    assert (key.is_required, key.is_secret) == (True, True)
    assert (speed.is_required, speed.default, speed.kind) == (False, 1.5, float)
    assert (speed.choices, line.choices) == ((), ("safe", "open"))


def test_reads_stored_values() -> None:
    settings = read_settings(GatewaySettings, {"address": "a", "key": "k", "from_before": 1})

    assert settings == GatewaySettings(address="a", key="k", speed=1.5)


def test_a_whole_number_may_stand_for_a_fraction() -> None:
    settings = read_settings(GatewaySettings, {"address": "a", "key": "k", "speed": 2})

    assert settings.speed == 2.0


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"address": "a"}, "key is required"),
        ({"address": "", "key": "k"}, "address is required"),
        ({"address": 7, "key": "k"}, "address must be of type str"),
        ({"address": "a", "key": "k", "speed": True}, "speed must be of type float"),
        ({"address": "a", "key": "k", "line": "wet"}, "line must be one of safe, open"),
    ],
)
def test_names_the_setting_that_is_wrong(values: dict[str, object], complaint: str) -> None:
    with pytest.raises(InvalidSettings, match=complaint):
        read_settings(GatewaySettings, values)


def test_secrets_stay_out_of_logs() -> None:
    assert "hush" not in repr(GatewaySettings(address="a", key="hush"))


def test_an_error_reads_as_code_and_text() -> None:
    error = TemporaryFailure("busy", "The gateway is busy.", retry_after_s=30)

    assert (str(error), error.retry_after_s) == ("busy: The gateway is busy.", 30)


def test_refused_credentials_are_no_fault_of_the_message() -> None:
    error = CredentialsRefused("The password is wrong.")

    assert isinstance(error, TemporaryFailure)
    assert (error.code, error.retry_after_s) == ("credentials", None)
