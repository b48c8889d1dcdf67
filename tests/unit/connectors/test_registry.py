import subprocess
import sys

import pytest

from doorstep.connectors.base import InvalidSettings, describe
from doorstep.connectors.registry import KINDS, UnknownConnector, build, connector_class
from doorstep.connectors.travel.straight_line import StraightLine

ALL = [(kind, name) for kind, entries in KINDS.items() for name in entries]


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_every_line_leads_to_a_connector_with_described_settings(kind: str, name: str) -> None:
    settings = describe(connector_class(kind, name).settings_class)

    assert all(setting.label and setting.kind in (str, int, float, bool) for setting in settings)


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_every_line_has_a_label(kind: str, name: str) -> None:
    assert KINDS[kind][name].label


def test_builds_a_connector_from_stored_values() -> None:
    assert isinstance(build("travel", "straight_line", {"speed_kmh": 30}), StraightLine)


def test_names_the_setting_that_is_missing() -> None:
    with pytest.raises(InvalidSettings, match="base_url"):
        build("travel", "osrm", {})


@pytest.mark.parametrize(("kind", "name"), [("sms", "pigeon"), ("pigeon", "console")])
def test_says_so_when_there_is_no_such_connector(kind: str, name: str) -> None:
    with pytest.raises(UnknownConnector, match="pigeon"):
        connector_class(kind, name)


def test_imports_a_provider_only_when_it_is_used() -> None:
    code = (
        "import sys, doorstep.connectors.registry;"
        "sys.exit('geopy' in sys.modules or 'django' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
