"""Blocks that must end in time, watched by one thread."""

from threading import Event, Thread
from threading import enumerate as all_threads
from time import sleep

from doorstep.connectors.deadlines import Deadlines

LONG = 60.0


def test_a_block_that_takes_too_long_is_cut() -> None:
    cut = Event()

    with Deadlines().within(0.05, cut.set):
        assert cut.wait(LONG)


def test_a_block_that_has_ended_is_never_cut() -> None:
    late, other = Event(), Event()
    deadlines = Deadlines()

    with deadlines.within(2.0, late.set):
        pass
    with deadlines.within(2.1, other.set):
        assert other.wait(LONG)

    assert not late.is_set()


def test_a_shorter_block_is_cut_while_a_longer_one_goes_on() -> None:
    long, short = Event(), Event()
    deadlines = Deadlines()

    with deadlines.within(LONG, long.set), deadlines.within(0.05, short.set):
        assert short.wait(LONG)

    assert not long.is_set()


def test_blocks_of_many_threads_are_watched_by_one() -> None:
    deadlines, go_on = Deadlines(), Event()

    def wait_inside() -> None:
        with deadlines.within(LONG, go_on.set):
            go_on.wait(LONG)

    # Not their idents: one who starts gets that of one who ended.
    before = {thread for thread in all_threads() if thread.name == "deadlines"}
    blocks = [Thread(target=wait_inside) for _block in range(5)]
    for block in blocks:
        block.start()
    with deadlines.within(LONG, go_on.set):
        watching = {thread for thread in all_threads() if thread.name == "deadlines"}
    go_on.set()
    for block in blocks:
        block.join()

    assert len(watching - before) == 1


def test_it_watches_again_after_a_time_with_nothing_to_watch() -> None:
    deadlines, cut = Deadlines(idle_s=0.01), Event()
    with deadlines.within(0.01, lambda: None):
        pass
    sleep(0.2)

    with deadlines.within(0.05, cut.set):
        assert cut.wait(LONG)
