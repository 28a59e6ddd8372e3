"""Segments that use services alike (method L1)."""

from __future__ import annotations

from itertools import islice
from typing import Literal

import numpy as np

from telads.features.panel import Array
from telads.model import Segment

Among = Literal["all", "other-people", "other-districts"]
"""`other-people`: another sex or age only; `other-districts`: the same sex and age elsewhere."""


def distances(affinity: Array, own: int) -> Array:
    """Euclidean distance of every segment from one, over the affinities of the services.

    `affinity` is segment x service. A service unknown on either side is left out and the distance
    scaled up to all services; NaN where none is known.
    """
    square = (affinity - affinity[own]) ** 2
    known = (~np.isnan(square)).sum(axis=1)
    with np.errstate(all="ignore"):
        scaled = np.nansum(square, axis=1) * affinity.shape[1] / known
    return np.asarray(np.sqrt(scaled))


def nearest(
    affinity: Array,
    segments: list[Segment],
    own: int,
    among: Among,
    top: int,
) -> list[tuple[int, float]]:
    """The `top` nearest segments: (number of the segment, distance), nearest first."""
    far = distances(affinity, own)
    asked = segments[own]
    order = np.argsort(far, kind="stable")
    known = (
        (int(index), float(far[index]))
        for index in order
        if index != own
        and not np.isnan(far[index])
        and (
            among == "all" or (segments[index].peers == asked.peers) == (among == "other-districts")
        )
    )
    return list(islice(known, top))
