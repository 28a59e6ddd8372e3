"""What telads is measured against on a subscriber log, each as a process of its own.

`python -m bench.scale_peers PEER LOG OUT.parquet`: reads LOG as `telads synth events` writes it and
writes cells of the label month 2023-06, of all sizes: code, sex, age5, population, and mean usage
days by service. `python -m bench.scale_peers check TELADS.parquet OUT.parquet` compares.
"""

from __future__ import annotations

import sys
from pathlib import Path

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


PEERS = {"scan": scan, "duckdb": duckdb_sql, "duckdb-mask": duckdb_mask, "pandas": pandas,
         "check": check}  # fmt: skip

if __name__ == "__main__":
    name, log, out = sys.argv[1:]
    PEERS[name](Path(log), Path(out))
