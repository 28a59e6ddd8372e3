"""The dataset: one city's places, people, measures and files, declared in one folder.

A workspace remembers its dataset, and every entry point (a door, a method of the library) puts it
in force with `using`; `in_force` returns it wherever a name, an age or a measure is needed. It is a
context variable, like the language of a request, so that two workspaces in one process stay
separate. The default is the shipped dataset, Seoul's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path
from typing import ParamSpec, TypeVar

from telads.dataset.definition import (
    BORDERS,
    CROSSWALK,
    DEFINITION,
    OF,
    OR_NONE,
    Dataset,
    Kind,
    Level,
    Measure,
    Signal,
    Topic,
    refuse_index,
    shown,
)

__all__ = [
    "OF",
    "OR_NONE",
    "Dataset",
    "Kind",
    "Level",
    "Measure",
    "Signal",
    "Topic",
    "carried",
    "dataset_of",
    "in_force",
    "load",
    "of_dataset",
    "put_in_force",
    "refuse_index",
    "seoul",
    "shown",
    "using",
]
from telads.dataset.reading import load
from telads.text import fill_places_by

Made = TypeVar("Made")
Given = ParamSpec("Given")
_IN_FORCE: ContextVar[Dataset | None] = ContextVar("dataset", default=None)
KEPT = 8
"""Number of datasets whose derived texts and tables are cached."""


@cache
def seoul() -> Dataset:
    """The dataset shipped with telads."""
    return load(Path(__file__).parent / "seoul", known=True)


def dataset_of(folder: Path) -> Dataset:
    """The dataset of a folder, read again only if its files change; raises `DatasetError`."""
    files = (DEFINITION, BORDERS, CROSSWALK)
    return _read(folder.absolute(), *(_stamp(folder / name) for name in files))


def _stamp(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=KEPT)
def _read(folder: Path, *_: int) -> Dataset:
    return load(folder)


def in_force() -> Dataset:
    """The dataset of the current context."""
    return _IN_FORCE.get() or seoul()


def put_in_force(dataset: Dataset) -> None:
    """Put a dataset in force for the rest of this context, as for a whole program."""
    _IN_FORCE.set(dataset)


def carried(work: Callable[Given, Made]) -> Callable[Given, Made]:
    """Bind the dataset in force to a function, for a thread that runs it later."""
    dataset = in_force()

    def run(*arguments: Given.args, **named: Given.kwargs) -> Made:
        with using(dataset):
            return work(*arguments, **named)

    return run


fill_places_by(lambda text, lang: in_force().filled(text, lang))


@contextmanager
def using(dataset: Dataset) -> Iterator[Dataset]:
    """Put a dataset in force inside a `with` block; work for threads needs `carried`."""
    token = _IN_FORCE.set(dataset)
    try:
        yield dataset
    finally:
        _IN_FORCE.reset(token)


def of_dataset(make: Callable[[], Made]) -> Callable[[], Made]:
    """Cache the result of a function of the dataset in force, once for each dataset."""

    @lru_cache(maxsize=KEPT)
    def made(_: Dataset) -> Made:
        return make()

    return lambda: made(in_force())
