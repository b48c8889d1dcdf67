from collections.abc import Iterator

import pytest

from tests.domain.calendars.scene import Scene
from tests.unit.connectors.calendar.worlds import make_world


@pytest.fixture
def scene(request: pytest.FixtureRequest, db: None) -> Iterator[Scene]:
    """Tom's calendar at a service; Outlook unless the test asks for others by `indirect`."""
    name = getattr(request, "param", "outlook")
    world = make_world(name)
    with world.running():
        yield Scene(name, world)
