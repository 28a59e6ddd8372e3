"""What telads is measured against on a subscriber log, each as a process of its own.

`python -m bench.scale_peers PEER LOG OUT.parquet`: reads LOG as `telads synth events` writes it and
writes cells of the label month 2023-06, of all sizes: code, sex, age5, population, and mean usage
days by service. `python -m bench.scale_peers check TELADS.parquet OUT.parquet` compares. `texts`,
`pieces`, `decimals`, `one` and `names` copy LOG to the folder OUT: with text ids, as many small
files, with ids as decimals, with millions of rows of one subscriber, with very many raw names;
`held` measures the calls of telads that no two threads make at once.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

FIRST, LAST = "2023-03-01", "2023-05-31"
"""The window of the label month 2023-06."""
YEAR = 2023
MONTHS = 3
KEYS = ("code", "sex", "age5")
SERVICES = ("game", "finance", "shopping", "video", "youtube", "netflix", "delivery")
INDICES = ("youtube", "netflix")
"""Published as scores: days standardised over the cells that are published."""
SIX = ("subscriber_id", "date", "service", "home_code", "sex", "birth_year")
MEMORY = "5GB"
"""What DuckDB may hold before it uses the disk: the goal's memory."""

FILES = 10_000
ROWS_OF_ONE, ONE, RAW_NAMES = 5_000_000, 2**40, 200_000
CALLS, SHARES = 300, 32
"""Calls that are timed, and parts of the subscribers for 16 processors."""
PLAIN_DAYS = "count(DISTINCT date)"
MASK_DAYS = f"bit_count(bit_or(1::HUGEINT << (date - DATE '{FIRST}')))"
"""Distinct days, and the same as bits of a whole number: 92 days fit into 128 bits."""


def scan(log: Path, out: Path) -> None:
    """Read the six columns and keep next to nothing of them: the limit of any engine."""
    import polars as pl

    texts = ("service", "home_code", "sex")
    rows = pl.scan_parquet(log / "events", hive_partitioning=False).select(
        *(pl.col(name).str.len_bytes().sum() if name in texts else pl.col(name).max()
          for name in SIX)
    )  # fmt: skip
    rows.collect(engine="streaming").write_parquet(out)


def cells_query(log: Path, days: str) -> str:
    """The whole work in SQL; `days` counts the days of a subscriber and raw name."""
    sums = ", ".join(
        f"coalesce(sum(days) FILTER (service_id = '{id}'), 0) AS {id}" for id in SERVICES
    )
    means = ", ".join(f"sum({id}) / {MONTHS}.0 / count(*) AS {id}" for id in SERVICES)
    return f"""
    WITH uses AS (
      SELECT subscriber_id, service, {days} AS days, max(date) AS last,
             arg_max(home_code, date) AS home, arg_max(sex, date) AS sex,
             arg_max(birth_year, date) AS birth
      FROM read_parquet('{log}/events/*/*.parquet', hive_partitioning = false)
      WHERE date BETWEEN DATE '{FIRST}' AND DATE '{LAST}'
      GROUP BY subscriber_id, service
    ), subscribers AS (
      SELECT subscriber_id, {sums}, arg_max(home, last) AS code, arg_max(sex, last) AS sex,
             {YEAR} - arg_max(birth, last) AS age
      FROM uses LEFT JOIN read_csv('{log}/services.csv') USING (service)
      GROUP BY subscriber_id
    )
    SELECT code, sex, least(age // 5 * 5, 75)::SMALLINT AS age5,
           count(*)::DOUBLE AS population, {means}
    FROM subscribers WHERE age >= 20 GROUP BY ALL ORDER BY ALL
    """


def duckdb_sql(log: Path, out: Path, days: str = PLAIN_DAYS) -> None:
    """Plain SQL on DuckDB."""
    import duckdb

    connection = duckdb.connect(config={
        "memory_limit": MEMORY, "temp_directory": str(out.with_suffix(".spill")),
        "threads": len(os.sched_getaffinity(0)),
    })  # fmt: skip
    connection.sql(cells_query(log, days)).write_parquet(str(out))


def duckdb_mask(log: Path, out: Path) -> None:
    """The same SQL, days as bits."""
    duckdb_sql(log, out, MASK_DAYS)


def pandas(log: Path, out: Path) -> None:
    """Everything in memory at once."""
    import pandas as pd

    rows = pd.read_parquet(log / "events", columns=list(SIX))
    rows = rows[(rows["date"] >= pd.Timestamp(FIRST).date())
                & (rows["date"] <= pd.Timestamp(LAST).date())]  # fmt: skip
    services = pd.read_csv(log / "services.csv").set_index("service")["service_id"]
    uses = rows.drop_duplicates(["subscriber_id", "service", "date"])
    days = (
        uses.assign(service_id=uses["service"].map(services))
        .groupby(["subscriber_id", "service_id"]).size().unstack(fill_value=0)
    )  # fmt: skip
    last = rows.sort_values("date").groupby("subscriber_id")[["home_code", "sex", "birth_year"]]
    people = last.last().join(days.reindex(columns=list(SERVICES))).fillna(0)
    age = YEAR - people["birth_year"]
    people = people.assign(age5=(age // 5 * 5).clip(upper=75))[age >= 20]
    groups = people.rename(columns={"home_code": "code"}).groupby(list(KEYS))
    cells = groups[list(SERVICES)].sum().div(groups.size(), axis=0) / MONTHS
    cells.insert(0, "population", groups.size().astype(float))
    cells.reset_index().to_parquet(out, index=False)


def check(ours: Path, theirs: Path) -> None:
    """Print how many published cells agree to 1e-9; end with an error if one does not.

    Figures of few users are masked in ours: what is not published is not compared.
    """
    import polars as pl

    peer = pl.read_parquet(theirs).with_columns(pl.col("age5").cast(pl.Int16))
    cells = pl.read_parquet(ours).filter(pl.col("population").is_not_null())
    joined = cells.join(peer, on=KEYS, how="left", suffix="_peer").with_columns(
        pl.when(pl.col(id).is_not_null()).then(f"{id}_peer").alias(f"{id}_peer") for id in INDICES
    )
    both = joined.with_columns(
        (pl.col(f"{id}_peer") - pl.col(f"{id}_peer").mean()) / pl.col(f"{id}_peer").std(ddof=0)
        for id in INDICES
    )
    far = both.filter(
        pl.any_horizontal(
            ((pl.col(name) - pl.col(f"{name}_peer")).abs() > 1e-9).fill_null(True)
            & pl.col(name).is_not_null()
            for name in ("population", *SERVICES)
        )
    )
    if far.height:
        sys.exit(f"{far.height} of {both.height} cells differ:\n{far.head(3)}")
    print(both.height, peer.height)


def texts(log: Path, out: Path) -> None:
    """The log with ids of about twenty letters and digits."""
    import polars as pl

    name = ("u" + pl.col("subscriber_id").hash(1).cast(pl.String)).alias("subscriber_id")
    _copy(log, out, lambda day: iter([day.with_columns(name)]))


def pieces(log: Path, out: Path) -> None:
    """The log as about FILES files."""
    files = len(list((log / "events").rglob("*.parquet")))
    _copy(log, out, lambda day: day.iter_slices(-(-day.height // -(-FILES // files))))


def decimals(log: Path, out: Path) -> None:
    """The log with ids as decimals, as databases write whole numbers."""
    import polars as pl

    id = pl.col("subscriber_id").cast(pl.Decimal(20, 0))
    _copy(log, out, lambda day: iter([day.with_columns(id)]))


def one(log: Path, out: Path) -> None:
    """The log with ROWS_OF_ONE rows more, all of one subscriber whose home is not known."""
    import polars as pl

    files = len(list((log / "events").rglob("*.parquet")))

    def more(day: pl.DataFrame) -> Iterator[pl.DataFrame]:
        some = day.sample(ROWS_OF_ONE // files, with_replacement=True, seed=1)
        id = pl.lit(ONE).cast(day.schema["subscriber_id"])
        nowhere = pl.lit(None, day.schema["home_code"])
        yield pl.concat([day, some.with_columns(subscriber_id=id, home_code=nowhere)])

    _copy(log, out, more)


def names(log: Path, out: Path) -> None:
    """The log with RAW_NAMES raw names, all of them in its mapping: each app as many versions."""
    import polars as pl

    known = pl.read_csv(log / "services.csv")
    versions = RAW_NAMES // known.height
    version = (pl.col("subscriber_id").hash(2) % versions).cast(pl.String)
    name = pl.col("service") + " " + version
    _copy(log, out, lambda day: iter([day.with_columns(service=name)]))
    numbers = pl.DataFrame({"number": range(versions)}).with_columns(
        pl.col("number").cast(pl.String)
    )
    every = known.join(numbers, how="cross").with_columns(
        pl.col("service") + " " + pl.col("number")
    )
    every.drop("number").write_csv(out / "services.csv")


def _copy(log: Path, out: Path, parts: Callable[[pl.DataFrame], Iterator[pl.DataFrame]]) -> None:
    """The log's folder; each of its files becomes those that `parts` makes of it."""
    import polars as pl

    for file in sorted((log / "events").rglob("*.parquet")):
        folder = out / file.parent.relative_to(log)
        folder.mkdir(parents=True, exist_ok=True)
        for number, rows in enumerate(parts(pl.read_parquet(file, hive_partitioning=False))):
            target = folder / f"{file.stem}-{number}.parquet"
            rows.write_parquet(target, compression="zstd", compression_level=1)
    for beside in log.glob("*.*"):
        if beside.suffix in {".csv", ".json"}:
            shutil.copy(beside, out)


def held() -> None:
    """Print seconds a row: in which marking holds the interpreter's lock, and to divide rows.

    All that takes long releases the lock: what is left, at most, are calls, which take as long for
    a single row. Rows are divided by subscriber, in processor seconds.
    """
    import numpy as np
    import polars as pl

    from telads.engines.day_bitmaps import Masks
    from telads.engines.id_index import AT_ONCE, Names, hashed_name
    from telads.engines.polars_events import BATCH, divided_rows

    names = [f"app {number}" for number in range(50)]
    kept: dict[Any, Any] = {"home": pl.Int64(), "sex": pl.Int32(), "birth": pl.Int32()}
    schema: dict[Any, Any] = {"subscriber_id": pl.Int64(), **kept}
    row = pl.DataFrame(
        {"subscriber_id": [7], "day": [3], **dict.fromkeys(kept, 1), "name": ["app 1"]}
    )
    row = row.with_columns(hashed_name("name")).cast({"day": pl.UInt8(), **schema})
    numbers, masks = Names(names), Masks(schema, len(names), list(kept))

    def look_up() -> None:
        numbers.of(row["name"])
        masks._numbering.of(row["subscriber_id"])

    def add() -> None:
        masks.add(row.with_columns(pl.Series("name", numbers.of(row["name"]))))

    def seconds(work: Callable[[], object], times: int) -> float:
        taken = []
        for _ in range(times):
            begin = time.process_time()
            work()
            taken.append(time.process_time() - begin)
        return float(np.median(taken))

    calls, once = seconds(look_up, CALLS), seconds(add, CALLS)
    many = pl.concat([row] * 10).sample(BATCH, with_replacement=True)
    ids = pl.Series("subscriber_id", np.random.default_rng(1).integers(0, 2**40, BATCH))
    split = seconds(partial(divided_rows, many.with_columns(ids), SHARES), 20)
    print((once + calls * (BATCH / AT_ONCE - 1)) / BATCH, split / BATCH)


PEERS = {"scan": scan, "duckdb": duckdb_sql, "duckdb-mask": duckdb_mask, "pandas": pandas,
         "check": check, "texts": texts, "pieces": pieces, "decimals": decimals, "one": one,
         "names": names}  # fmt: skip

if __name__ == "__main__":
    name, *paths = sys.argv[1:]
    if name == "held":
        held()
    else:
        PEERS[name](*map(Path, paths))
