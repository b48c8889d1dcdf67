"""The built-in road engine: a map extract becomes one file, which answers for thousands of places.

Building, in order: `extract` reads the ways and `tags` what they mean for a car, `streets` cuts
them at crossings and keeps what hangs together, `hierarchy` adds the shortcuts, `file` writes.
Answering: `snapping` finds the nearest road, `sweep` reckons one place against all crossings,
`road_map` puts both together, `provider` is the connector.

A time and its distance travel in one integer (`packed`): adding two adds both, and the smaller of
two is the faster way.
"""
