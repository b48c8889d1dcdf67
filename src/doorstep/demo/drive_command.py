"""`doorstep demo drive`: its arguments, and the trip as lines in the terminal."""

import time
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from doorstep.domain.bookings.models import ParentStatus
from doorstep.platform.lib.errors import DomainError
from doorstep.platform.lib.site_time import format_window, get_zone
from doorstep.platform.values.geo import Coordinates, distance_m

from .drive import (
    CannotDrive,
    Trip,
    find_booking,
    finish,
    most_speed,
    next_booking,
    plan_trip,
    report,
    set_out,
    steps,
    time_left,
)
from .seed.sign_ins import CAROL

Say = Callable[[str], None]


def add_drive_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--booking", help=f"number of the visit or its work order (else the next one of {CAROL})"
    )
    parser.add_argument("--from", dest="start", help="latitude,longitude to start from")
    parser.add_argument(
        "--speed", type=float, default=8.0, help="times faster than in reality; 1 is real time"
    )
    parser.add_argument("--every", type=float, default=3.0, help="seconds between two positions")
    parser.add_argument(
        "--work", type=float, default=20.0, help="seconds of work after the arrival"
    )
    parser.add_argument(
        "--leave-open", action="store_true", help="stop at the door, before the arrival is told"
    )


def drive(options: Mapping[str, Any], say: Say) -> None:
    """Raises CommandError with the reason when there is nothing to drive to, or no longer."""
    every_s, speed = options["every"], options["speed"]
    if not 0 < every_s <= 300 or not speed > 0:
        raise CommandError("--every is between 0 and 300 seconds, --speed more than 0.")
    try:
        trip = _planned(options)
        fastest = most_speed(trip, every_s=every_s)
        if speed > fastest:
            say(f"Faster than {fastest:.0f} times would be taken for a jump; so that is the speed.")
            speed = fastest
        trip = set_out(trip, now=timezone.now())
        _drive(trip, speed, every_s, say)
        if not options["leave_open"]:
            _work(trip, options["work"], say)
    except (CannotDrive, DomainError) as error:
        raise CommandError(str(error)) from error


def _planned(options: Mapping[str, Any]) -> Trip:
    now = timezone.now()
    name = options["booking"]
    booking = find_booking(name) if name else next_booking(email=CAROL, now=now)
    return plan_trip(booking, start=_place(options["start"]), now=now)


def _place(text: str | None) -> Coordinates | None:
    if not text:
        return None
    try:
        latitude, longitude = (float(part) for part in text.split(","))
        return Coordinates(latitude, longitude)
    except ValueError as error:
        raise CommandError("--from is latitude,longitude such as 53.48,-2.24") from error


def _drive(trip: Trip, speed: float, every_s: float, say: Say) -> None:
    zone = get_zone(trip.booking.time_zone)
    say(
        f"{trip.resource} drives {trip.metres / 1000:.1f} km to visit {trip.booking}. Ctrl-C stops."
    )
    for part, place in steps(trip, speed=speed, every_s=every_s):
        now = timezone.now()
        refusal = report(trip, place, now=now).refusals[0]
        left = distance_m(place, trip.way[-1])
        arrival = format_window(now + time_left(trip, part, speed=speed), None, zone)
        note = f"   refused: {refusal}" if refusal else ""
        say(f"  {left / 1000:5.1f} km to go, there at {arrival}{note}")
        if part < 1:
            time.sleep(every_s)


def _work(trip: Trip, seconds: float, say: Say) -> None:
    trip = finish(trip, ParentStatus.IN_PROGRESS, now=timezone.now())
    say(f"{trip.resource} has arrived and works for {seconds:.0f} seconds.")
    time.sleep(max(seconds, 0))
    finish(trip, ParentStatus.COMPLETED, now=timezone.now())
    say("Done. The customer's page shows the end of the visit, and the survey.")
