"""A synthetic log: subscribers of the synthetic city, and their use of apps on each day.

`City` holds the use of each app by the people of each cell, `draw_people` draws the subscribers of
a block, `events` and `mobility` their rows of one day, `soil` adds the dirt of real logs, and
`write_log` writes it all as a carrier keeps it, Parquet by month, a file for each day and block:

OUT/events/month=2023-03/2023-03-01-00000.parquet
OUT/mobility/month=2023-03/...    on request
OUT/services.csv                  raw name -> service id
OUT/places.csv                    neighbourhood code -> district, neighbourhood
OUT/log.json                      provenance, and the mark of a synthetic log

A cell's figures are those of the synthetic twin in the profile's base month (`twin.cells`), so the
means of each district, sex and age are the profile's. The portal adds up the days of all apps of a
category, so a category has as many apps as keep the largest of them below MOST_DAYS in every cell.

Dirt: late rows apart, rows are only added, and none carries information: duplicates, rows with one
missing value, of unknown services, of ten years ago. So the aggregate of a dirty log is that of the
clean one, but for the subscribers who moved or are too young.
"""

from __future__ import annotations

import json
from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from math import ceil
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from telads.dataset import in_force, put_in_force
from telads.errors import DataError, UnknownChoice
from telads.model import Month
from telads.store.cells import PLACE, POPULATION
from telads.store.files import replacing, write_text
from telads.text import Text
from telads.twin.cells import synthesise
from telads.twin.fitting import Array

if TYPE_CHECKING:
    import polars as pl

    from telads.twin.profile import Profile


MOST_DAYS = 25.0
"""Upper bound of an app's mean days a month in any cell, so that February can hold them."""

INDEX_DAYS = (2.0, 20.0)
"""Days a month of the cells with the lowest and the highest index, linear between them, where the
dataset has none of its own (`log_days`).

The profile holds these services as scores only; the days are a choice, not a measurement. A linear
map keeps the order of segments and their z scores."""

MOBILITY_SUMS = ("weekday_trips", "holiday_trips", "weekday_distance", "holiday_distance",
            "weekday_home_seconds", "holiday_home_seconds", "subway_days")  # fmt: skip
"""Measures of mobility rows: sums over the weekdays or holidays of a month, distances in km."""


class App(NamedTuple):
    """A raw name of the log and the service it belongs to."""

    name: str
    service: str


@dataclass(frozen=True, eq=False)
class City:
    """C cells of P neighbourhoods, A apps."""

    base: Month
    """Label month of these figures."""
    places: tuple[tuple[str, str, str], ...]
    """P x code, district, neighbourhood."""
    place: NDArray[np.int16]
    """C: position of the cell's neighbourhood among the places."""
    sex: NDArray[np.str_]
    """C: M or F."""
    age5: NDArray[np.int16]
    """C: first year of the age band."""
    reached: Array
    """C: cumulative share of the people."""
    apps: tuple[App, ...]
    days: Array
    """C x A: mean days of use in a month."""
    mobility: Array
    """C x MOBILITY: mean sums of a month; empty columns (NaN) where the profile has none."""

    @classmethod
    def of(
        cls, profile: Profile, seed: int, districts: Sequence[str] = (), use: float = 1.0
    ) -> City:
        """The city of a profile, or some of its districts, named in either language.

        `use` scales the profile's days of use.

        Raises `UnknownChoice` for a district it does not have or a negative seed, `DataError`
        for a profile without services.
        """
        [(base, cells)] = synthesise(profile, [profile.base], seed)
        wanted = {in_force().find_district(name, profile.neighbourhoods) for name in districts}
        apps, days = _apps(cells)
        kept = cells["district"].is_in(wanted or set(profile.neighbourhoods)).to_numpy()
        cells = cells.filter(kept)
        places = cells.select(PLACE).unique().sort(PLACE)
        people = cells[POPULATION].to_numpy()
        return cls(
            base=base,
            places=tuple(places.rows()),
            place=places["code"].search_sorted(cells["code"]).to_numpy().astype(np.int16),
            sex=cells["sex"].to_numpy().astype(np.str_),
            age5=cells["age5"].to_numpy(),
            reached=people.cumsum() / people.sum(),
            apps=apps,
            days=days[kept] * use,
            mobility=np.column_stack([_known(cells, measure) for measure in MOBILITY_SUMS]),
        )


def _apps(cells: pl.DataFrame) -> tuple[tuple[App, ...], Array]:
    """The apps of all services, and their mean days by cell: cells x apps."""
    apps: list[App] = []
    columns: list[Array] = []
    for service in (id for id in in_force().service_ids if id in cells.columns):
        figures = cells[service].fill_null(0).to_numpy()
        if in_force().measures[service].is_index:
            apps.append(App(service, service))
            columns.append(index_to_days(service, figures))
            continue
        shares = app_shares(float(figures.max()))
        apps += [App(f"{service}.app{n:02d}", service) for n in range(1, len(shares) + 1)]
        columns += [figures * share for share in shares]
    if not apps:
        raise DataError(
            Text("통계 프로필에 서비스 이용이 없습니다.", "The profile contains no service use."),
            Text("서비스 사용일수가 있는 데이터의 통계 프로필을 넣어 주세요.",
                 "Give a profile of data with days of use of services."),
        )  # fmt: skip
    return tuple(apps), np.column_stack(columns)


def app_shares(most: float) -> Array:
    """Shares of a category's apps in its days, falling linearly; they sum to 1.

    As many apps as keep the first below MOST_DAYS where the category is used `most` days a month.
    """
    number = max(ceil(2 * most / MOST_DAYS) - 1, 1)
    ranks = np.arange(number, 0, -1, dtype=np.float64)
    return np.asarray(ranks / ranks.sum())


def index_to_days(service: str, index: Array) -> Array:
    """Days a month for a standardised index, linearly: see INDEX_DAYS."""
    fewest, most = in_force().measures[service].log_days or INDEX_DAYS
    lowest, highest = float(index.min()), float(index.max())
    share = (index - lowest) / (highest - lowest) if highest > lowest else np.full(len(index), 0.5)
    return np.asarray(fewest + (most - fewest) * share)


def _known(cells: pl.DataFrame, measure: str) -> Array:
    if measure not in cells.columns:
        return np.full(cells.height, np.nan)
    return np.asarray(cells[measure].to_numpy())


BLOCK = 50_000
"""Subscribers drawn together, whatever their total, which bounds the memory; a block's rows of a
day are one file."""

AGE_SPAN, OPEN_AGE_SPAN = 5, 20
"""Years of an age band; the last one, which is open, is drawn as 75 to 94."""

USUAL_MONTH = 30.0
"""Days of the month that chances refer to."""

DECOY_AGES = (10, 20)
"""Ages of subscribers whom an aggregate must leave out as too young."""

_IDS = 2**53
_MULTIPLIER = 0x1D8AF066_A5D1B5
"""An odd number, so that multiplying by it permutes the numbers below 2^53."""

PEOPLE, DAYS, MOVES, DIRT = range(4)
"""Purposes of random streams; DIRT of number 0 is for people, of a date for its rows."""


def stream(seed: int, purpose: int, block: int, number: int = 0) -> np.random.Generator:
    """The random numbers of one purpose, block and day: the same in any process."""
    entropy = np.random.SeedSequence([seed, purpose, block, number])
    return np.random.Generator(np.random.SFC64(entropy))


@dataclass(frozen=True, eq=False)
class People:
    """n subscribers of a block."""

    id: NDArray[np.int64]
    cell: NDArray[np.int32]
    """Cell whose habits they have."""
    place: NDArray[np.int16]
    """Neighbourhood until they move; most never do."""
    later_place: NDArray[np.int16]
    birth_year: NDArray[np.int16]


@dataclass(frozen=True, eq=False)
class Habits:
    """Ownership of apps: one entry for each pair of person and app."""

    person: NDArray[np.int32]
    app: NDArray[np.int16]
    chance: NDArray[np.float32]
    """Probability of use on a day of a month of USUAL_MONTH days."""


def size_of(block: int, subscribers: int) -> int:
    """Subscribers in a block."""
    return min(BLOCK, subscribers - block * BLOCK)


def draw_people(
    city: City, seed: int, block: int, number: int, year: int, oddities: float = 0.0
) -> tuple[People, Habits]:
    """Draw a block: cells by their population, birth years by the age reached in `year`.

    `oddities` is the share who move home in the middle of the log, and the share of those under
    20. An app is used by the root of its mean share of days, and by those on the same share of
    days: the simplest choice that makes both vary.
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
    """Distinct ids below 2^53 that do not reveal the order of drawing."""
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


METRES = 1000
SPREAD = 0.2
"""Distances and times at home of a day are uniform within this share of their mean."""
SECONDS_OF_A_DAY = 24 * 60 * 60


def days_of(month: Month) -> list[date]:
    """The days of a month, in order."""
    first = date(month.year, month.month, 1)
    return [first + timedelta(n) for n in range(monthrange(first.year, first.month)[1])]


def events(
    city: City, people: People, habits: Habits, day: date, moved: bool, random: np.random.Generator
) -> pl.DataFrame:
    """Rows of one day in random order, one for each app used.

    `moved`: whether those who move home have done so.
    """
    import polars as pl

    scale = np.float32(USUAL_MONTH / monthrange(day.year, day.month)[1])
    drawn = random.random(len(habits.chance), dtype=np.float32)
    used = np.flatnonzero(drawn < habits.chance * scale)
    random.shuffle(used)
    person = habits.person[used]
    place = (people.later_place if moved else people.place)[person]
    names = pl.Series([app.name for app in city.apps], dtype=pl.String)
    codes = pl.Series([code for code, _, _ in city.places], dtype=pl.String)
    sexes = pl.Series(["M", "F"], dtype=pl.String)
    female = (city.sex == "F")[people.cell[person]]
    return pl.DataFrame({
        "subscriber_id": people.id[person],
        "date": pl.repeat(day, len(person), dtype=pl.Date, eager=True),
        "service": names.gather(habits.app[used]),
        "home_code": codes.gather(place),
        "sex": sexes.gather(female.astype(np.uint8)),
        "birth_year": people.birth_year[person],
    })  # fmt: skip


def mobility(city: City, people: People, day: date, random: np.random.Generator) -> pl.DataFrame:
    """One row for each subscriber: trips, distance_m, home_seconds and subway (0 or 1) of the day.

    A month's sum is spread evenly over its weekdays or holidays; distance is proportional to trips.
    """
    import polars as pl

    kind = "weekday" if in_force().is_workday(day) else "holiday"
    month = days_of(Month.of(day.year, day.month))
    alike = sum(in_force().is_workday(other) == (kind == "weekday") for other in month)

    def mean(measure: str, days: int) -> Array:
        monthly = city.mobility[people.cell, MOBILITY_SUMS.index(measure)]
        return np.asarray(np.nan_to_num(monthly) / days)

    number = len(people.id)
    expected = mean(f"{kind}_trips", alike)
    trips = random.poisson(expected)
    tripped = np.divide(trips, expected, out=np.zeros(number), where=expected > 0)
    metres = mean(f"{kind}_distance", alike) * METRES * tripped * _around_one(number, random)
    home = mean(f"{kind}_home_seconds", alike) * _around_one(number, random)
    subway = random.random(number) < mean("subway_days", len(month))
    return pl.DataFrame({
        "subscriber_id": people.id,
        "date": pl.repeat(day, number, dtype=pl.Date, eager=True),
        "trips": trips.astype(np.int32),
        "distance_m": np.rint(metres).astype(np.int64),
        "home_seconds": np.rint(home).clip(max=SECONDS_OF_A_DAY).astype(np.int32),
        "subway": subway,
    })  # fmt: skip


def _around_one(number: int, random: np.random.Generator) -> NDArray[np.float64]:
    return np.asarray(1 + SPREAD * (2 * random.random(number) - 1))


UNKNOWN_SERVICE = "unknown.app"
YEARS_BEFORE = "-10y"


class Dirty(NamedTuple):
    """Rows of a day, the late ones among them, and the number of rows added by kind."""

    rows: pl.DataFrame
    late: pl.DataFrame
    made: dict[str, int]


def soil(rows: pl.DataFrame, share: float, random: np.random.Generator) -> Dirty:
    """Add `share` of the rows of each kind and move as many to the late ones, in random order."""
    import polars as pl

    number = int(random.binomial(rows.height, share))

    def some() -> pl.DataFrame:
        return rows[random.integers(0, max(rows.height, 1), number)]

    empty = random.integers(0, rows.width, number)
    added = {
        "duplicate": some(),
        "null": some().with_columns(
            pl.when(pl.Series(empty) != at).then(pl.col(column)).alias(column)
            for at, column in enumerate(rows.columns)
        ),
        "unknown_service": some().with_columns(service=pl.lit(UNKNOWN_SERVICE)),
        "outside": some().with_columns(pl.col("date").dt.offset_by(YEARS_BEFORE)),
    }
    order = random.permutation(rows.height)
    late, kept = rows[order[:number]], rows[order[number:]]
    mixed = pl.concat([kept, *added.values()])
    made = {kind: frame.height for kind, frame in added.items()} | {"late": late.height}
    return Dirty(mixed[random.permutation(mixed.height)], late, made)


EVENTS, MOBILITY = "events", "mobility"
SERVICES, PLACES, ABOUT = "services.csv", "places.csv", "log.json"


@dataclass(frozen=True)
class Plan:
    """Specification of a log; the same plan and profile give the same files."""

    subscribers: int
    days: int
    first: date
    seed: int = 1
    mobility: bool = False
    dirty: float = 0.0
    """Share of rows of each kind of dirt (`soil`), of movers and of the young."""
    use: float = 1.0
    """Scale of the city's days of use: below 1, more subscribers with fewer rows each."""

    def __post_init__(self) -> None:
        """Reject an impossible plan; raises `UnknownChoice`."""
        for name, value, fine in (
            ("subscribers", self.subscribers, self.subscribers > 0),
            ("days", self.days, self.days > 0),
            ("seed", self.seed, self.seed >= 0),
            ("dirty", self.dirty, 0 <= self.dirty < 1),
            ("use", self.use, 0 < self.use <= 1),
        ):
            if not fine:
                raise UnknownChoice(
                    Text("이 조건으로는 로그를 만들 수 없습니다.",
                         "A log cannot be made with these options."),
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
        """The day from which movers have their new home."""
        return self.first + timedelta(self.days // 2)

    @property
    def jobs(self) -> list[tuple[int, Month]]:
        """Blocks and months, each drawn independently by a process."""
        blocks = range(-(-self.subscribers // BLOCK))
        first, last = (Month.of(day.year, day.month) for day in (self.first, self.last))
        months = [Month(number) for number in range(first.number, last.number + 1)]
        return [(block, month) for block in blocks for month in months]


@dataclass
class Written:
    """Numbers of rows by table, and of dirt by kind."""

    rows: Counter[str] = field(default_factory=Counter)
    dirt: Counter[str] = field(default_factory=Counter)

    def add(self, other: Written) -> None:
        """Add the rows of another part of the log."""
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
    of the profile's base month in every month of the log; for index services see INDEX_DAYS. Files
    do not depend on the number of processes; a program that asks for more than one must guard its
    main module. Memory does not grow with the number of subscribers. Raises `UnknownChoice` as
    `City.of` does, `DataError` for a folder that is not empty.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise DataError(
            Text("폴더가 비어 있지 않아 그대로 두었습니다.",
                 "The folder is not empty; nothing was changed."),
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

    number = size_of(block, plan.subscribers)
    folk, habits = draw_people(city, plan.seed, block, number, plan.last.year, plan.dirty)
    written, late = Written(), []
    for day in days_of(month):
        if not plan.first <= day <= plan.last:
            continue
        random = stream(plan.seed, DAYS, block, day.toordinal())
        rows = events(city, folk, habits, day, day >= plan.moving_day, random)
        if plan.dirty:
            random = stream(plan.seed, DIRT, block, day.toordinal())
            dirty = soil(rows, plan.dirty, random)
            rows = dirty.rows
            late.append(dirty.late)
            written.dirt.update(dirty.made)
        _write(rows, out / EVENTS, month, f"{day}-{block:05d}", written)
        if plan.mobility:
            random = stream(plan.seed, MOVES, block, day.toordinal())
            moves = mobility(city, folk, day, random)
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
