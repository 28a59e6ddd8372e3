"""Writing a log as a carrier keeps it: Parquet by month, a file for each day and block.

OUT/events/month=2023-03/2023-03-01-00000.parquet
OUT/mobility/month=2023-03/...    only if asked for
OUT/services.csv                  raw name -> service id
OUT/places.csv                    neighbourhood code -> district, neighbourhood
OUT/log.json                      what it was made from, and that it is synthetic
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from telads.aggregate.synth import days, people
from telads.aggregate.synth.city import City
from telads.aggregate.synth.dirt import soil
from telads.dataset import in_force, put_in_force
from telads.errors import DataError, UnknownChoice
from telads.language import Text
from telads.model import Month
from telads.tables.store import replacing, write_text

if TYPE_CHECKING:
    import polars as pl

    from telads.sources.profile import Profile

EVENTS, MOBILITY = "events", "mobility"
SERVICES, PLACES, ABOUT = "services.csv", "places.csv", "log.json"


@dataclass(frozen=True)
class Plan:
    """What a log is made of; the same plan and profile give the same files."""

    subscribers: int
    days: int
    first: date
    seed: int = 1
    mobility: bool = False
    dirty: float = 0.0
    """Share of rows of each kind of dirt (`dirt.soil`), of movers and of the young."""
    use: float = 1.0
    """Share of the city's days of use: below 1, more subscribers with fewer rows each."""

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn; raises `UnknownChoice`."""
        for name, value, fine in (
            ("subscribers", self.subscribers, self.subscribers > 0),
            ("days", self.days, self.days > 0),
            ("seed", self.seed, self.seed >= 0),
            ("dirty", self.dirty, 0 <= self.dirty < 1),
            ("use", self.use, 0 < self.use <= 1),
        ):
            if not fine:
                raise UnknownChoice(
                    Text("그런 로그는 만들 수 없습니다.", "Such a log cannot be made."),
                    Text("가입자와 일수는 1 이상, 시드와 dirty는 0 이상, 비율은 1까지입니다.",
                         "At least 1 subscriber and day, a seed from 0, shares up to 1."),
                    option=name, value=value,
                )  # fmt: skip

    @property
    def last(self) -> date:
        """The last day."""
        return self.first + timedelta(self.days - 1)

    @property
    def moving_day(self) -> date:
        """The day from which movers live elsewhere."""
        return self.first + timedelta(self.days // 2)

    @property
    def jobs(self) -> list[tuple[int, Month]]:
        """Blocks and months, each drawn on its own by whichever process is free."""
        blocks = range(-(-self.subscribers // people.BLOCK))
        first, last = (Month.of(day.year, day.month) for day in (self.first, self.last))
        months = [Month(number) for number in range(first.number, last.number + 1)]
        return [(block, month) for block in blocks for month in months]


@dataclass
class Written:
    """Rows of a log by table, and rows of dirt by kind."""

    rows: Counter[str] = field(default_factory=Counter)
    dirt: Counter[str] = field(default_factory=Counter)

    def add(self, other: Written) -> None:
        """Count the rows of another part of the log."""
        self.rows.update(other.rows)
        self.dirt.update(other.dirt)


def write_log(
    profile: Profile,
    plan: Plan,
    out: Path,
    districts: Sequence[str] = (),
    processes: int = 1,
    on_step: Callable[[str, int, int], None] = lambda name, done, total: None,
) -> Written:
    """Write a log of subscribers who live and use services as the profile's people do.

    Mean distinct days a month by raw name, summed over a service, are those of the synthetic twin
    of the profile's base month in every month of the log; index services as `city.INDEX_DAYS`
    says. Files are the same whichever number of processes writes them; a program that asks for
    more than one must guard its main module. Memory does not grow with the number of subscribers.
    Raises `UnknownChoice` as `City.of` does, `DataError` for a folder that is not empty.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise DataError(
            Text("폴더가 비어 있지 않아 그대로 두었습니다.",
                 "The folder is not empty and was left as it is."),
            Text("새 폴더를 골라 주세요.", "Choose a new folder."),
            file=out,
        )  # fmt: skip
    city = City.of(profile, plan.seed, districts, plan.use)
    _write_tables(city, out)
    total = Written()
    names = [f"{month}, {block}" for block, month in plan.jobs]
    on_step(names[0], 0, len(names))
    for done, written in enumerate(_work(city, plan, out, processes), start=1):
        total.add(written)
        if done < len(names):
            on_step(names[done], done, len(names))
    _write_about(city, plan, total, out)
    return total


def _work(city: City, plan: Plan, out: Path, processes: int) -> Iterator[Written]:
    if processes == 1 or len(plan.jobs) == 1:
        yield from (write_block(city, plan, out, *job) for job in plan.jobs)
        return
    # A forked process would inherit the locks of the table engine's threads.
    inherit: dict[str, Any] = {"initializer": put_in_force, "initargs": (in_force(),)}
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), **inherit) as pool:
        begun = [pool.submit(write_block, city, plan, out, *job) for job in plan.jobs]
        for finished in as_completed(begun):
            yield finished.result()


def write_block(city: City, plan: Plan, out: Path, block: int, month: Month) -> Written:
    """Write the days of one block in one month."""
    import polars as pl

    number = people.size_of(block, plan.subscribers)
    folk, habits = people.draw_people(city, plan.seed, block, number, plan.last.year, plan.dirty)
    written, late = Written(), []
    for day in days.days_of(month):
        if not plan.first <= day <= plan.last:
            continue
        random = people.stream(plan.seed, people.DAYS, block, day.toordinal())
        rows = days.events(city, folk, habits, day, day >= plan.moving_day, random)
        if plan.dirty:
            random = people.stream(plan.seed, people.DIRT, block, day.toordinal())
            dirty = soil(rows, plan.dirty, random)
            rows = dirty.rows
            late.append(dirty.late)
            written.dirt.update(dirty.made)
        _write(rows, out / EVENTS, month, f"{day}-{block:05d}", written)
        if plan.mobility:
            random = people.stream(plan.seed, people.MOBILITY, block, day.toordinal())
            moves = days.mobility(city, folk, day, random)
            _write(moves, out / MOBILITY, month, f"{day}-{block:05d}", written)
    if late:
        _write(pl.concat(late), out / EVENTS, month + 1, f"late-{month}-{block:05d}", written)
    return written


def _write(rows: pl.DataFrame, folder: Path, month: Month, name: str, written: Written) -> None:
    target = folder / f"month={month}" / f"{name}.parquet"
    with replacing(target, export=True) as temporary:
        rows.write_parquet(temporary, compression="zstd", compression_level=1)
    written.rows[folder.name] += rows.height


def _write_tables(city: City, out: Path) -> None:
    services = [f"{app.name},{app.service}" for app in city.apps]
    write_text(out / SERVICES, "\n".join(["service,service_id", *services, ""]), export=True)
    places = [",".join(place) for place in city.places]
    write_text(out / PLACES, "\n".join(["code,district,neighbourhood", *places, ""]), export=True)


def _write_about(city: City, plan: Plan, total: Written, out: Path) -> None:
    about = {
        "synthetic": True,
        "base": str(city.base),
        **asdict(plan),
        "first": str(plan.first),
        "last": str(plan.last),
        "rows": dict(total.rows),
        "dirt_rows": dict(sorted(total.dirt.items())),
    }
    write_text(out / ABOUT, json.dumps(about, ensure_ascii=False, indent=1) + "\n", export=True)
