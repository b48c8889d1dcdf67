"""A crowd of messages takes its share of the machine and no more."""

import pytest

from doorstep.domain.notifications.services.pace import Pace


class Machine:
    """Two clocks that go on by work and by sleep."""

    def __init__(self) -> None:
        self.at = self.used = 0.0

    def work(self, seconds: float) -> None:
        self.at += seconds
        self.used += seconds

    def sleep(self, seconds: float) -> None:
        self.at += seconds

    def pace(self, share: float) -> Pace:
        pace = Pace(share, clock=lambda: self.at, cpu_clock=lambda: self.used, sleep=self.sleep)
        pace.begin()
        return pace


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_who_could_work_all_the_time_works_for_its_share(share: float) -> None:
    machine = Machine()
    pace = machine.pace(share)
    for _message in range(1000):
        machine.work(0.01)
        pace.rest()
    assert machine.used / machine.at == pytest.approx(share, abs=0.02)


def test_who_waits_for_a_slow_service_anyway_does_not_rest() -> None:
    machine = Machine()
    pace = machine.pace(0.6)
    for _message in range(100):
        machine.work(0.01)
        machine.sleep(0.1)
        before = machine.at
        pace.rest()
        assert machine.at == before


def test_a_quiet_hour_is_not_saved_up_for_a_crowd() -> None:
    machine = Machine()
    pace = machine.pace(0.5)
    machine.sleep(3600)
    pace.rest()
    began = machine.at
    for _message in range(300):
        machine.work(0.01)
        pace.rest()
    assert 3.0 / (machine.at - began) == pytest.approx(0.5, abs=0.03)


def test_what_a_thread_did_before_it_began_does_not_count() -> None:
    machine = Machine()
    pace = machine.pace(0.5)
    machine.work(3600)
    pace.begin()
    machine.work(0.01)
    before = machine.at
    pace.rest()
    assert machine.at - before < 0.02
