"""Maya's units and RoPAR's: centimetres and metres, the scene's time unit and the rate of the keys."""

from __future__ import annotations

METRES_PER_CENTIMETRE = 0.01
CENTIMETRES_PER_METRE = 100.0

#: Rates at which one key per unit of the scene's time makes sense: game (15) to 240 fps.
SLOWEST, FASTEST = 10.0, 240.0
#: Keys per second where the scene counts in milliseconds, samples, seconds or hours.
OTHERWISE = 30.0


def key_rate(units_per_second: float) -> float:
    """Keys per second for a scene whose time unit passes so often in a second (30 for ntsc, 24 for film, ...)."""
    return units_per_second if SLOWEST <= units_per_second <= FASTEST else OTHERWISE


def frames_between(start: float, end: float, rate: float) -> int:
    """How many frames fit from second `start` to second `end`, both with a key."""
    return round((end - start) * rate) + 1
