"""The subscribers of a block, and which apps each of them has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from telads.aggregate.synth.city import City
from telads.sources.fitting import Array

BLOCK = 50_000
"""Subscribers drawn together, whatever their number in all, which bounds the memory; what a block
does on a day is a file."""

AGE_SPAN, OPEN_AGE_SPAN = 5, 20
"""Years of an age band; the last one, open at the end, is drawn as 75 to 94."""

USUAL_MONTH = 30.0
"""Days of the month that chances are kept for."""

DECOY_AGES = (10, 20)
"""Ages of those whom an aggregate must leave out for being too young."""

_IDS = 2**53
_MULTIPLIER = 0x1D8AF066_A5D1B5
"""An odd number, so that multiplying by it only shuffles the numbers below 2^53."""

PEOPLE, DAYS, MOBILITY, DIRT = range(4)
"""What random numbers are drawn for; DIRT of number 0 is for people, of a date for its rows."""


def stream(seed: int, purpose: int, block: int, number: int = 0) -> np.random.Generator:
    """The random numbers of one purpose, block and day: the same in any process."""
    entropy = np.random.SeedSequence([seed, purpose, block, number])
    return np.random.Generator(np.random.SFC64(entropy))


@dataclass(frozen=True, eq=False)
class People:
    """n subscribers of a block."""

    id: NDArray[np.int64]
    cell: NDArray[np.int32]
    """The cell whose habits they have."""
    place: NDArray[np.int16]
    """Their neighbourhood until they move; most never do."""
    later_place: NDArray[np.int16]
    birth_year: NDArray[np.int16]


@dataclass(frozen=True, eq=False)
class Habits:
    """Who has which app: one entry for each such pair."""

    person: NDArray[np.int32]
    app: NDArray[np.int16]
    chance: NDArray[np.float32]
    """Chance of use on a day of a month of USUAL_MONTH days."""


def size_of(block: int, subscribers: int) -> int:
    """Subscribers in a block."""
    return min(BLOCK, subscribers - block * BLOCK)


def draw_people(
    city: City, seed: int, block: int, number: int, year: int, oddities: float = 0.0
) -> tuple[People, Habits]:
    """Draw a block: cells by their population, birth years by the age reached in `year`.

    `oddities` is the share who move home in the middle of the log, and the share of those under
    20. An app is used by the root of its mean share of days, and by those on the same share of
    days: the least choice that makes both vary.
    """
    random = stream(seed, PEOPLE, block)
    drawn = random.random(number)
    cell = np.searchsorted(city.reached, drawn, side="right").clip(max=len(city.reached) - 1)
    age = _ages(city, cell, random)
    habits = _draw_habits(city.days[cell], random)
    place = city.place[cell]
    strange = stream(seed, DIRT, block)
    young = strange.random(number) < oddities
    age = np.where(young, strange.integers(*DECOY_AGES, number), age)
    moves = strange.random(number) < oddities
    elsewhere = strange.integers(0, len(city.places), number).astype(np.int16)
    numbers = np.arange(block * BLOCK, block * BLOCK + number, dtype=np.int64)
    return People(
        id=shuffled_ids(numbers, seed),
        cell=cell.astype(np.int32),
        place=place,
        later_place=np.where(moves, elsewhere, place),
        birth_year=(year - age).astype(np.int16),
    ), habits


def shuffled_ids(numbers: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Distinct ids below 2^53 that do not tell the order they were drawn in."""
    wide = numbers.astype(np.uint64) + np.uint64(seed % _IDS) + np.uint64(1)
    return ((wide * np.uint64(_MULTIPLIER)) % np.uint64(_IDS)).astype(np.int64)


def _ages(city: City, cell: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.int64]:
    first = city.age5[cell].astype(np.int64)
    span = np.where(first == city.age5.max(), OPEN_AGE_SPAN, AGE_SPAN)
    return np.asarray(first + (random.random(len(cell)) * span).astype(np.int64))


def _draw_habits(days: Array, random: np.random.Generator) -> Habits:
    """Pairs of person and app, by app; `days` is people x apps."""
    persons, apps, chances = [], [], []
    for app in range(days.shape[1]):
        reach = np.sqrt(days[:, app] / USUAL_MONTH)
        person = np.flatnonzero(random.random(len(days)) < reach)
        persons.append(person.astype(np.int32))
        apps.append(np.full(len(person), app, np.int16))
        chances.append(reach[person].astype(np.float32))
    return Habits(np.concatenate(persons), np.concatenate(apps), np.concatenate(chances))
