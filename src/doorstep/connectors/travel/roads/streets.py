"""Ways become roads between crossings, and only what hangs together is kept."""

from dataclasses import dataclass

import numpy as np

from doorstep.connectors.travel.roads.components import components
from doorstep.connectors.travel.roads.extract import PER_DEGREE, Ways
from doorstep.connectors.travel.roads.packed import FAR, Array, Packed, pack
from doorstep.connectors.travel.roads.profiles import PROFILES
from doorstep.connectors.travel.roads.tags import RoadClass
from doorstep.platform.values.geo import EARTH_RADIUS_M

# Beside the largest network, another of this length (an island with its towns) is kept. Of a
# shorter one, down to the second length, only the shape is: who is at home there is not reached.
# What is shorter still is a yard behind a gate, or a mistake in the map, and forgotten.
KEPT_NETWORK_M, MARKED_NETWORK_M = 20_000.0, 500.0
# The road of segments that are marked only.
NOWHERE = -1
_MS_PER_METRE_AT_1_KMH = 3600.0


@dataclass(frozen=True, slots=True)
class Streets:
    """Crossings and the roads between them, as columns.

    A road leads from `tail` to `head` (`forward`) and may lead back; its times are `packed`, one
    row for each profile, FAR where it is closed. Roads of one `network` lead to each other and to
    no other. Its shape is made of segments, from
    (`latitude`, `longitude`) to the same of the `to_` columns, in 1e-7 degrees; `segment_at` is
    how far along the road a segment begins, in metres. Segments of the road NOWHERE lie in a
    network that was left out.
    """

    latitude: Array
    longitude: Array
    tail: Array
    head: Array
    length_m: Array
    forward: Packed
    backward: Packed
    has_doors: Array
    network: Array
    segment_road: Array
    segment_at: Array
    segment_latitude: Array
    segment_longitude: Array
    segment_to_latitude: Array
    segment_to_longitude: Array

    def arcs(self) -> tuple[Array, Array, Packed]:
        """Every direction that may be driven: tails, heads, and packed times by profile."""
        onward, back = self.forward[0] < FAR, self.backward[0] < FAR
        return (
            np.concatenate([self.tail[onward], self.head[back]]),
            np.concatenate([self.head[onward], self.tail[back]]),
            np.concatenate([self.forward[:, onward], self.backward[:, back]], axis=1),
        )


def cut(ways: Ways) -> Streets:
    """Roads from ways: cut wherever a point belongs to two ways, or twice to one.

    Crossings that cannot be reached from the largest network and left for it again are dropped
    with their roads, unless they make up a network of some size of their own. Raises ValueError if
    nothing remains.
    """
    first, ids, latitude, longitude = ways.columns()
    if not len(ids):
        raise ValueError("there are no drivable ways in it")
    _ids, place, uses = np.unique(ids, return_inverse=True, return_counts=True)
    is_cut = uses[place] > 1
    is_cut[first[:-1]] = is_cut[first[1:] - 1] = True
    # A segment leads from each point to the next one of the same way.
    begins = np.ones(len(ids), bool)
    begins[first[1:] - 1] = False
    start = np.flatnonzero(begins)
    is_first = is_cut[start]
    road = np.cumsum(is_first) - 1
    way = (np.searchsorted(first, start, side="right") - 1)[is_first]
    length_m = _lengths_m(latitude, longitude, start)
    opening = np.flatnonzero(is_first)
    closing = np.append(opening[1:], len(start)) - 1
    before_m = np.cumsum(length_m) - length_m
    crossings, ends = np.unique(
        np.concatenate([place[start[opening]], place[start[closing] + 1]]), return_inverse=True
    )
    where = np.zeros(len(_ids), np.int64)
    where[place] = np.arange(len(place))
    tail, head = np.split(ends, 2)
    road_m = np.add.reduceat(length_m, opening)
    return _connected(
        Streets(
            latitude=latitude[where[crossings]],
            longitude=longitude[where[crossings]],
            tail=tail,
            head=head,
            length_m=road_m,
            forward=_times(ways, way, road_m, forward=True),
            backward=_times(ways, way, road_m, forward=False),
            has_doors=np.array([drive.has_doors for drive in ways.drives])[way],
            network=np.zeros(len(road_m), np.int64),
            segment_road=road,
            segment_at=before_m - before_m[opening][road],
            segment_latitude=latitude[start],
            segment_longitude=longitude[start],
            segment_to_latitude=latitude[start + 1],
            segment_to_longitude=longitude[start + 1],
        )
    )


def _lengths_m(latitude: Array, longitude: Array, start: Array) -> Array:
    """Great-circle lengths of the segments that begin at `start`."""
    lat, lon = np.radians(latitude / PER_DEGREE), np.radians(longitude / PER_DEGREE)
    half_lat = np.sin((lat[start + 1] - lat[start]) / 2)
    half_lon = np.sin((lon[start + 1] - lon[start]) / 2)
    chord = half_lat**2 + np.cos(lat[start]) * np.cos(lat[start + 1]) * half_lon**2
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(chord, 1.0))))


def _times(ways: Ways, way: Array, length_m: Array, *, forward: bool) -> Packed:
    kmh = np.array(
        [drive.forward_kmh if forward else drive.backward_kmh for drive in ways.drives], float
    )[way]
    road_class = np.array([drive.road_class for drive in ways.drives])[way]
    is_open = kmh > 0
    free_ms = length_m * _MS_PER_METRE_AT_1_KMH / np.where(is_open, kmh, 1.0)
    rows = []
    for profile in PROFILES:
        factor = np.array([profile.factor(each) for each in RoadClass])[road_class]
        # At least a millisecond: the hierarchy needs every way to be longer than none.
        packed = pack(np.maximum(free_ms * factor, 1.0), length_m * 10)
        rows.append(np.where(is_open, packed, FAR))
    return np.array(rows)


def _connected(streets: Streets) -> Streets:
    """What can be reached and left again: the largest network, and others of some size."""
    tail, head, _times = streets.arcs()
    label = components(len(streets.latitude), tail, head)
    is_inside = label[streets.tail] == label[streets.head]
    total_m = np.bincount(
        label[streets.tail][is_inside], streets.length_m[is_inside], minlength=label.max() + 1
    )
    is_kept, is_marked = total_m >= KEPT_NETWORK_M, total_m >= MARKED_NETWORK_M
    is_kept[np.argmax(total_m)] = True
    network = label[streets.tail]
    road_kept = is_inside & is_kept[network]
    if not road_kept.any():
        raise ValueError("none of its roads leads anywhere and back")
    node_kept = np.zeros(len(label), bool)
    node_kept[streets.tail[road_kept]] = node_kept[streets.head[road_kept]] = True
    number = np.cumsum(node_kept) - 1
    road_number = np.where(road_kept, np.cumsum(road_kept) - 1, NOWHERE)
    segment_kept = (is_inside & is_marked[network] | road_kept)[streets.segment_road]
    return Streets(
        latitude=streets.latitude[node_kept],
        longitude=streets.longitude[node_kept],
        tail=number[streets.tail[road_kept]],
        head=number[streets.head[road_kept]],
        length_m=streets.length_m[road_kept],
        forward=streets.forward[:, road_kept],
        backward=streets.backward[:, road_kept],
        has_doors=streets.has_doors[road_kept],
        network=network[road_kept],
        segment_road=road_number[streets.segment_road[segment_kept]],
        segment_at=streets.segment_at[segment_kept],
        segment_latitude=streets.segment_latitude[segment_kept],
        segment_longitude=streets.segment_longitude[segment_kept],
        segment_to_latitude=streets.segment_to_latitude[segment_kept],
        segment_to_longitude=streets.segment_to_longitude[segment_kept],
    )
