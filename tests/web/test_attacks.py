"""What must stay secret, tried as an attacker would: through the API, exports and charts.

The month holds whole numbers of people in small groups, as a carrier's small town would: two
five-year ages of 20 to 80 people in each segment. An attack that would succeed without disclosure
control says beside it what it found then.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings

from telads.export import export
from telads.ingest.ingest import ingest
from telads.library import Workspace
from telads.method.build import build
from telads.model import Sex
from telads.settings import Settings
from telads.store.workspace import Store
from tests.ingest.portal import FIGURES, HEADERS, Row, portal_rows, write_csv
from tests.seoul import BY_ID

NEIGHBOURHOODS = 75
POPULATION, GAME = HEADERS.index("총인구수"), HEADERS.index("게임 서비스 사용일수")
FLOOR = 50
MASKED = 23
"""People of the one cell that is known for games in a masked segment."""

Key = tuple[str, str, int]


class Town:
    """The published month and the numbers behind it."""

    def __init__(self, opened: Workspace, rows: list[Row]) -> None:
        self.opened = opened
        self.bands: dict[Key, dict[int, float]] = defaultdict(lambda: defaultdict(float))
        self.cells: dict[Key, list[Row]] = defaultdict(list)
        for row in rows:
            age5 = int(str(row[4]))
            key = (str(row[1]), "M" if row[3] == 1 else "F", min(age5 // 10 * 10, 70))
            self.bands[key][age5] += float(str(row[POPULATION]))
            self.cells[key].append(row)

    @property
    def sizes(self) -> dict[Key, float]:
        """True people of each segment that is shown."""
        totals = {key: sum(bands.values()) for key, bands in self.bands.items()}
        return {key: people for key, people in totals.items() if people >= FLOOR}


def small_groups() -> list[Row]:
    """Whole people, and whole numbers of days that they used a service."""
    chance = random.Random(6)
    rows = portal_rows(NEIGHBOURHOODS, seed=6)
    for row in rows:
        people = chance.randint(7, 26)
        if row[1] == "중구" and row[3] == 2:  # women of 중구: only one cell of each age is known
            people = MASKED if row[2] == "중1동" and int(str(row[4])) % 10 == 0 else 15
        row[POPULATION] = people
        for at in range(POPULATION + 1, len(row)):
            if not BY_ID[FIGURES[at - POPULATION]].is_index:
                row[at] = chance.randint(people, 20 * people) / people
        if row[1] == "중구" and row[3] == 2 and people != MASKED:
            row[GAME] = "*"
    return rows


@pytest.fixture(scope="module")
def town(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Town:
    folder = tmp_path_factory.mktemp("town")
    rows = small_groups()
    write_csv(folder / "2023.6월_29개 통신정보.csv", rows)
    workspace = Store(folder / "workspace")
    assert not [taken for taken in ingest(workspace, [folder], settings) if taken.error]
    build(workspace, settings)
    return Town(Workspace(workspace, settings), rows)


@pytest.fixture
def site(client: Client, town: Town) -> Iterator[Client]:
    shown = replace(django_settings.TELADS, workspace=town.opened.store.path)
    with override_settings(TELADS=shown):
        yield client


def got(site: Client, path: str, **asked: object) -> Any:
    response = site.get(f"/api/v1/{path}", {name: str(value) for name, value in asked.items()})
    assert response.status_code == 200, response.content
    return json.loads(response.getvalue() if response.streaming else response.content)


def values_of(chart: dict[str, Any]) -> dict[str, float]:
    """District to value, from the rows in a chart's JSON."""
    return {
        row["district"]: row["value"]
        for row in chart["rows"]
        if isinstance(row.get("value"), int | float)
    }


def shown_sizes(site: Client) -> dict[Key, int]:
    rows = got(site, "segments", limit=300)["rows"]
    return {(row["district"], row["sex"], row["age"]): row["population"] for row in rows}


def median_error(guesses: dict[Any, float], truth: dict[Any, float]) -> float:
    assert len(guesses) >= 20
    return float(np.median([abs(guess - truth[of]) for of, guess in guesses.items()]))


def test_the_average_age_of_one_group_does_not_split_it(town: Town, site: Client) -> None:
    """Where a band had fewer people than the floor, 100 % of them were recovered."""
    shown = shown_sizes(site)
    small: dict[Key, tuple[float, float, float]] = {}
    large: dict[Key, tuple[float, float, float]] = {}
    for sex in Sex:
        for age in (20, 30, 40, 50, 60):
            chart = got(site, "charts/choropleth.json", measure="average_age", sex=sex, age=age)
            for district, average in values_of(chart).items():
                key = (district, str(sex), age)
                # young * (age + 2.5) + old * (age + 7.5) = average * size
                guess = shown[key] * (age + 7.5 - average) / 5
                parts = town.bands[key]
                kind = small if min(parts.values()) < FLOOR else large
                kind[key] = (guess, parts[age], average)
    assert len(small) > 100
    for peers in {key[1:] for key in small}:
        told = {average for key, (*_, average) in small.items() if key[1:] == peers}
        assert len(told) == 1, "the same for all of a sex and age, however they are split"
    right = sum(round(guess) == true for guess, true, _ in small.values())
    assert right <= 0.1 * len(small)
    if large:
        errors = [abs(guess - true) for guess, true, _ in large.values()]
        assert np.median(errors) >= 2


def test_a_figure_of_one_known_cell_is_nowhere(town: Town, site: Client, tmp_path: Path) -> None:
    """The published usage was that of 23 people, and coverage x size disclosed their number."""
    masked = [key for key in town.sizes if key[0] == "중구" and key[1] == "F"]
    assert masked
    for district, sex, age in masked:
        (row,) = got(site, "segments", district=district, sex=sex, age=age)["rows"]
        assert row["game"] is None
        assert row["game__coverage"] is None
        assert row["finance__coverage"] == 1
        (game,) = (
            row
            for row in got(site, "services", district=district, sex=sex, age=age)["rows"]
            if row["service"] == "game"
        )
        assert {game[name] for name in ("usage", "affinity", "index", "index_low")} == {None}
    workspace = town.opened.store
    for table in ("scores", "targets", "segments"):
        for method in ("affinity", "classic"):
            path = tmp_path / f"{table}-{method}.csv"
            export(workspace.build(), table, path, method)
            frame = pl.read_csv(path).filter(pl.col("district") == "중구", pl.col("sex") == "F")
            if "service" in frame.columns:
                frame = frame.filter(pl.col("service") == "game")
                hidden: list[str] = [
                    c for c in ("usage", "affinity", "index", "weight") if c in frame.columns
                ]
            else:
                hidden = ["game", "game__coverage"]
            assert all(frame[name].null_count() == frame.height for name in hidden), path.name
    chart = got(site, "charts/choropleth.json", measure="game", sex="F")
    assert "중구" not in values_of(chart)


def test_coverage_tells_no_part_below_the_floor(town: Town, site: Client) -> None:
    """Neither the people a figure is known for nor the others."""
    for row in got(site, "segments", limit=300)["rows"]:
        for name, covered in row.items():
            if name.endswith("__coverage") and covered is not None:
                known = covered * row["population"]
                others = row["population"] - known
                assert others < 1e-6 or others >= FLOOR - 0.1, (row["district"], name)


def test_means_over_people_do_not_solve_for_sizes(town: Town, site: Client) -> None:
    """Least squares on all means of 33 requests had a median error of 0.4 people."""
    rows = got(site, "segments", limit=300)["rows"]
    shown = shown_sizes(site)
    measures = [name for name in rows[0] if f"{name}__coverage" in rows[0]]
    own = {(row["district"], row["sex"], row["age"]): row for row in rows}
    asked: list[dict[str, object]] = [{}, {"sex": "M"}, {"sex": "F"}]
    maps = [
        (choice, measure, values_of(got(site, "charts/choropleth.json", measure=measure, **choice)))
        for choice in asked
        for measure in measures
    ]
    guesses: dict[Key, float] = {}
    for district in sorted({key[0] for key in own}):
        keys = [key for key in own if key[0] == district]
        equations, expected = [], []
        for choice, measure, told in maps:
            if district not in told:
                continue
            inside = [
                own[key][measure] if "sex" not in choice or key[1] == choice["sex"] else None
                for key in keys
            ]
            if any(v is None and ("sex" not in choice or k[1] == choice["sex"])
                   for v, k in zip(inside, keys, strict=True)):  # fmt: skip
                continue
            # sum of w * (x - mean) = 0; a mean of four digits is off by half of its last one
            noise = 10.0 ** (np.floor(np.log10(abs(told[district]) or 1)) - 3) / np.sqrt(12)
            total = sum(shown[key] for key in keys)
            equations.append([
                0.0 if value is None else (value - told[district]) / (noise * total)
                for value in inside
            ])  # fmt: skip
            expected.append(0.0)
        for at, key in enumerate(keys):  # what is published: the size within 5
            equations.append([float(at == other) / 2.9 for other in range(len(keys))])
            expected.append(shown[key] / 2.9)
        solved = np.linalg.lstsq(np.array(equations), np.array(expected), rcond=None)[0]
        guesses |= dict(zip(keys, solved.tolist(), strict=True))
    assert median_error(guesses, town.sizes) >= 2


def test_differences_of_many_audiences_do_not_tell_a_size(town: Town) -> None:
    """The mean of size(B + s) - size(B) over 400 audiences B had a median error of 0.2."""
    chance = random.Random(4)
    keys = sorted(town.sizes)
    sizes: dict[frozenset[Key], int] = {}

    def size(audience: frozenset[Key]) -> int:
        if audience not in sizes:
            include = [dict(zip(("district", "sex", "age"), key, strict=True)) for key in audience]
            facts = town.opened.audience({"include": include}).facts
            sizes[audience] = int(str(facts["population"]))
        return sizes[audience]

    guesses: dict[Key, float] = {}
    for one in chance.sample(keys, 24):
        others = [key for key in keys if key != one]
        differences = []
        for _ in range(16):
            base = frozenset(chance.sample(others, chance.randint(2, 40)))
            differences.append(size(base | {one}) - size(base))
        guesses[one] = float(np.mean(differences))
    assert median_error(guesses, town.sizes) >= 2


def test_whole_totals_do_not_tell_a_size(town: Town, site: Client) -> None:
    """In four digits, a mean of whole numbers of days over 64 people is one over 64 people only.

    All sizes of the published one's ten that explain every mean by whole numbers; the guess is
    the middle of them.
    """
    guesses: dict[Key, float] = {}
    for row in got(site, "segments", limit=300)["rows"]:
        key = (row["district"], row["sex"], row["age"])
        means = [
            row[figure] for figure in FIGURES[1:]
            if not BY_ID[figure].is_index and row[figure] is not None
        ]  # fmt: skip
        possible = [
            people
            for people in range(row["population"] - 5, row["population"] + 6)
            if all(_is_whole(mean, people) for mean in means)
        ]
        guesses[key] = float(np.mean(possible)) if possible else row["population"]
    assert median_error(guesses, town.sizes) >= 2


def _is_whole(mean: float, people: int) -> bool:
    """Whether a shown mean can be a whole number of days divided by so many people."""
    text = repr(mean)
    decimals = len(text.partition(".")[2]) if not text.endswith(".0") else 0
    half = 0.5 * 10.0**-decimals + 1e-9
    return any(
        abs(total / people - mean) <= half
        for total in (np.floor(mean * people), np.ceil(mean * people))
    )


def test_shown_sizes_are_of_tens(town: Town, site: Client) -> None:
    shown = shown_sizes(site)
    assert len(shown) == 300, len(shown)
    assert set(shown) == set(town.sizes)
    assert all(people % 10 == 0 for people in shown.values())
    everybody = town.opened.audience({"where": {"not": {"sex": "M"}}}).facts["population"]
    assert everybody == sum(people for (_, sex, _), people in shown.items() if sex == "F")
