"""Figures of neighbourhoods (method N1): what is shown, how far it is pulled, how sure it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from telads.answers.tables import read
from telads.dataset import in_force
from telads.ingest.ingest import ingest
from telads.method import neighbourhoods
from telads.method.build import build
from telads.method.neighbourhoods import (
    Places,
    components,
    estimates,
    groups,
    kinds,
    mean_over_cells,
    shown,
    shrink,
)
from telads.model import Segment
from telads.settings import Settings
from telads.store.workspace import Build, Store
from tests.ingest.portal import HEADERS, portal_rows, write_csv
from tests.seoul import SERVICE_IDS

FLOOR = 50
POPULATION = HEADERS.index("총인구수")
DISTRICTS, EACH, AGES = 12, 10, 2


def drawn(seed: int, ages: int = AGES, spread: float = 1.0) -> tuple[Places, np.ndarray]:
    """Neighbourhoods of which the true deviations are known: neighbourhood x group.

    Two groups share .8 of it where they lie next to each other, less the further they are apart.
    """
    chance = np.random.default_rng(seed)
    n, size = DISTRICTS * EACH, len(groups())
    likeness = spread**2 * 0.8 ** kinds().clip(0, 6)
    true = chance.multivariate_normal(np.zeros(size), likeness, n)
    people = chance.uniform(200, 900, (n, size, ages, 1))
    noise = chance.normal(0, 1, people.shape) * np.sqrt(600 / people)
    usage = 20 + true[:, :, None, None] + noise
    at = np.repeat(np.arange(DISTRICTS), EACH)
    places = Places(
        codes=tuple(f"{place:04d}" for place in range(n)),
        names=tuple(f"동네 {place}" for place in range(n)),
        districts=tuple(f"구{district:02d}" for district in range(DISTRICTS)),
        at=at,
        population=people[..., 0],
        people=people,
        usage=usage,
    )
    return places, true


def segments_of(places: Places) -> tuple[tuple[Segment, ...], np.ndarray]:
    """The segments of drawn neighbourhoods and their means."""
    people = places.people.sum(axis=2)
    used = people * np.nan_to_num(mean_over_cells(places))
    means = np.stack([
        used[places.at == district].sum(0) / people[places.at == district].sum(0)
        for district in range(len(places.districts))
    ])  # fmt: skip
    known = [Segment(district, sex, age) for district in places.districts for sex, age in groups()]
    return tuple(known), means.reshape(-1, 1)


@pytest.mark.parametrize("seed", range(3))
def test_a_pulled_figure_is_nearer_to_the_truth_and_its_interval_holds(seed: int) -> None:
    places, true = drawn(seed)
    segments, usage = segments_of(places)
    found = estimates(places, segments, usage, FLOOR)
    of_segment = usage.reshape(DISTRICTS, -1)[places.at]
    raw, pulled = mean_over_cells(places)[..., 0], found.usage[:, :-1, 0]
    # A neighbourhood's deviation is from its district: what all of it shares is the segment's.
    shared = np.stack([true[places.at == district].mean(0) for district in range(DISTRICTS)])
    truth = of_segment + true - shared[places.at]
    far = [float(((each - truth) ** 2).mean()) for each in (pulled, raw, of_segment)]
    assert far[0] < 0.75 * min(far[1:])
    low, high = (end[:, :-1, 0] for end in found.interval())
    assert 0.74 <= ((low <= truth) & (truth <= high)).mean() <= 0.84


def test_where_neighbourhoods_do_not_differ_each_is_its_segment() -> None:
    places, _ = drawn(1, spread=0.0)
    segments, usage = segments_of(places)
    found = estimates(places, segments, usage, FLOOR)
    raw = mean_over_cells(places)[..., 0] - usage.reshape(DISTRICTS, -1)[places.at]
    pulled = found.usage[:, :-1, 0] - usage.reshape(DISTRICTS, -1)[places.at]
    assert np.abs(pulled).mean() < 0.15 * np.abs(raw).mean()


def test_one_age_of_cells_tells_what_the_groups_share() -> None:
    """No noise shows inside an age then: what the nearest groups do not share counts as it."""
    places, true = drawn(2, ages=1)
    deviation = mean_over_cells(places) - 20
    fitted = components(places, deviation)
    estimate, covariance = shrink(deviation, fitted, places.people)
    assert ((estimate[..., 0] - true) ** 2).mean() < ((deviation[..., 0] - true) ** 2).mean()
    assert (np.einsum("nsgg->nsg", covariance) > 0).all()


def test_too_few_neighbourhoods_tell_nothing() -> None:
    places, _ = drawn(3)
    few = replace(
        places, codes=places.codes[:10], names=places.names[:10], at=places.at[:10],
        population=places.population[:10], people=places.people[:10], usage=places.usage[:10],
    )  # fmt: skip
    segments, usage = segments_of(places)
    found = estimates(few, segments, usage, FLOOR)
    assert np.isnan(found.usage).all()
    assert (found.population > 0).all(), "how many they are is known all the same"


def test_a_group_that_is_not_known_rests_on_the_others_and_is_not_shown() -> None:
    places, _ = drawn(4)
    people = places.people.copy()
    people[:3, 0] = 0  # three neighbourhoods of one district, men of the first age
    usage = np.where(people > 0, places.usage, np.nan)
    segments, of_segments = segments_of(replace(places, people=people, usage=usage))
    found = estimates(replace(places, people=people, usage=usage), segments, of_segments, FLOOR)
    assert np.isnan(found.usage[:3, 0]).all()
    assert not np.isnan(found.usage[3:, 0]).any()
    assert not np.isnan(found.usage[:3, -1]).any()


@pytest.mark.parametrize("seed", range(20))
def test_what_is_hidden_is_never_alone(seed: int) -> None:
    """Of each segment nothing is hidden, or three neighbourhoods that reach the floor together."""
    chance = np.random.default_rng(seed)
    at = np.repeat(np.arange(8), [1, 2, 3, 4, 8, 12, 16, 20])
    people = chance.lognormal(4.5, 0.6, (len(at), 12)) * (chance.random((len(at), 12)) > 0.02)
    found = shown(people, at, FLOOR)
    assert not (found & (people < FLOOR)).any()
    some = 0
    for district in np.unique(at):
        own, told = people[at == district], found[at == district]
        for group in range(12):
            hidden = own[~told[:, group] & (own[:, group] > 0), group]
            if not hidden.size or not told[:, group].any():
                continue
            some += 1
            assert hidden.size >= neighbourhoods.LEAST_HIDDEN
            assert hidden.sum() >= FLOOR
    assert some > 5


@pytest.mark.seoul
def test_the_table_of_real_months(seoul_build: Build) -> None:
    table = read(seoul_build, "neighbourhoods")
    assert table["month"].unique().len() == len(seoul_build.months)
    june = table.filter(pl.col("month") == "2023-06")
    assert june["code"].n_unique() == 424
    assert june.null_count()["usage"].item() == 0
    assert (june["population"] % 10 == 0).all()
    groups_of = june.filter(pl.col("sex").is_not_null(), pl.col("service") == "delivery")
    everybody = june.filter(pl.col("sex").is_null(), pl.col("service") == "delivery")
    sums = groups_of.group_by("code").agg(pl.col("population").sum()).sort("code")
    assert everybody.sort("code")["population"].equals(sums["population"])
    for row in june.head(500).iter_rows(named=True):
        assert len(f"{row['usage']:g}".replace(".", "").replace("-", "").lstrip("0")) <= 4
        assert row["affinity_low"] <= row["affinity"] <= row["affinity_high"]
    assert june.filter(pl.col("service").is_in(["youtube", "netflix"]))["index"].is_null().all()
    of_segments = read(seoul_build, "services").filter(pl.col("month") == "2023-06")
    # Deviations are about the segment: over its people they come to nothing.
    both = june.filter(pl.col("sex").is_not_null()).join(
        of_segments, on=["district", "sex", "age", "service"], suffix="_segment"
    )
    off = both.group_by("district", "sex", "age", "service").agg(
        ((pl.col("affinity") - pl.col("affinity_segment")) * pl.col("population")).sum()
        / pl.col("population").sum()
    )
    assert (off["affinity"].abs() < 0.1).all()


@pytest.mark.seoul
@pytest.mark.usefixtures("seoul")
def test_the_promise_on_june() -> None:
    """The best third of neighbourhoods, held out on the other five-year age, by other districts."""
    from bench.neighbourhoods import KEPT, VARIANTS, predicted, scores, trial
    from telads.model import Month

    given = trial(Month.of(2023, 6))
    fit, *_ = VARIANTS[KEPT]
    kept, raw = (
        scores(given, [predicted(given, seen, each) for seen in range(2)]) for each in (fit, None)
    )
    gain = dict(zip(in_force().service_ids, kept.gain, strict=True))
    least = {"delivery": 5.1, "finance": 3.7, "video": 2.8, "game": 2.6, "shopping": 2.3}
    assert {service: gain[service] >= low for service, low in least.items()} == dict.fromkeys(
        least, True
    )
    assert (kept.gain > raw.gain).all()
    assert (kept.explained > 0.1).all()
    assert ((kept.coverage > 0.77) & (kept.coverage < 0.835)).all()


TOWN = 100
"""Neighbourhoods, four to a district: of every district one has very few people."""


@pytest.fixture(scope="module")
def town(
    settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Build, pl.DataFrame]:
    """A month of whole people, and its cells. In each district one neighbourhood is small."""
    folder = tmp_path_factory.mktemp("town")
    chance = np.random.default_rng(18)
    rows = portal_rows(TOWN * 2, seed=18)
    for row in rows:
        small = str(row[0]).endswith("51")
        row[POPULATION] = int(chance.integers(8, 22) if small else chance.integers(60, 400))
    write_csv(folder / "2023.6월_29개 통신정보.csv", rows)
    workspace = Store(folder / "workspace")
    assert not [taken for taken in ingest(workspace, [folder], settings) if taken.error]
    build(workspace, settings)
    cells = pl.read_parquet(*workspace.cells().values())
    return workspace.build(), cells


def recovered(published: pl.DataFrame, segments: pl.DataFrame, cells: pl.DataFrame) -> list[float]:
    """Errors of the sizes that an attacker finds for the hidden: segment less what is shown.

    Where several are hidden, all of it is guessed to be those that are below the floor.
    """
    age = pl.min_horizontal(pl.col("age5") // 10 * 10, 70).cast(pl.Int16)
    true = (
        cells.with_columns(age=age)
        .group_by("code", "district", "sex", "age")
        .agg(pl.col("population").sum())
    )
    key = ["district", "sex", "age"]
    told = published.filter(pl.col("sex").is_not_null()).unique(["code", "sex", "age"])
    rest = segments.join(
        told.group_by(key).agg(shown=pl.col("population").sum()), on=key, how="left"
    ).with_columns(rest=pl.col("population") - pl.col("shown").fill_null(0))
    small = true.filter(pl.col("population") < FLOOR).join(rest.select(*key, "rest"), on=key)
    return (small["rest"] - small["population"]).abs().to_list()


def test_no_total_gives_a_hidden_neighbourhood_away(
    town: tuple[Build, pl.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the floor alone, a segment less its shown neighbourhoods told the size of the small."""
    made, cells = town
    segments = read(made, "segments").select("district", "sex", "age", "population")
    errors = recovered(read(made, "neighbourhoods"), segments, cells)
    assert len(errors) > 200
    assert min(errors) > 20
    at = np.repeat(np.arange(25), 8)
    people = np.full((200, 1), 300.0)
    people[::8] = 20
    assert (~shown(people, at, FLOOR)).sum() == 25 * neighbourhoods.LEAST_HIDDEN
    monkeypatch.setattr(neighbourhoods, "LEAST_HIDDEN", 1)
    assert (~shown(people, at, FLOOR)).sum() == 25 * 2, "even then the hidden reach the floor"


def test_sizes_cannot_be_solved_from_the_means(town: tuple[Build, pl.DataFrame]) -> None:
    """Segment mean = sum of sizes x means over neighbourhoods: five services, eight unknown sizes.

    The attacker starts from the published sizes and takes the figures for exact.
    """
    made, cells = town
    days = [id for id in SERVICE_IDS if not in_force().measures[id].is_index]
    table = read(made, "neighbourhoods").filter(pl.col("sex").is_not_null())
    of_segments = read(made, "services")
    age = pl.min_horizontal(pl.col("age5") // 10 * 10, 70).cast(pl.Int16)
    true = {
        key[:3]: key[3]
        for key in cells.with_columns(age=age).group_by("code", "sex", "age")
        .agg(pl.col("population").sum()).iter_rows()
    }  # fmt: skip
    errors: list[float] = []
    for (district, sex, years), part in table.group_by("district", "sex", "age"):
        wide = part.pivot("service", index=["code", "population"], values="usage")
        own = of_segments.filter(
            pl.col("district") == district, pl.col("sex") == sex, pl.col("age") == years
        )
        mean = np.array([own.filter(pl.col("service") == id)["usage"].item() for id in days])
        start = wide["population"].to_numpy().astype(float)
        gaps = wide.select(days).to_numpy().T - mean[:, None]
        moved = np.linalg.lstsq(gaps, -gaps @ start, rcond=None)[0]
        truth = np.array([true[code, sex, years] for code in wide["code"]])
        errors += np.abs(start + moved - truth).tolist()
    assert len(errors) > 500
    assert np.median(errors) >= 2


def test_nothing_is_shown_below_the_floor(town: tuple[Build, pl.DataFrame]) -> None:
    made, cells = town
    table = read(made, "neighbourhoods").filter(pl.col("sex").is_not_null())
    assert (table["population"] >= FLOOR).all()
    age = pl.min_horizontal(pl.col("age5") // 10 * 10, 70).cast(pl.Int16)
    true = (
        cells.with_columns(age=age)
        .group_by("code", "sex", "age")
        .agg(pl.col("population").sum().alias("people"))
    )
    both = table.join(true, on=["code", "sex", "age"])
    assert both.height == table.height
    assert (both["people"] >= FLOOR).all()
