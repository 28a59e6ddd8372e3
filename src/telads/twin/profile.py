"""The profile a synthetic twin is drawn from. It holds aggregate figures only.

| it holds | by |
|---|---|
| number of neighbourhoods | district |
| level of each measure | sex x five-year age, whole city |
| difference of a district to the city | district x sex x ten-year age x measure |
| lean towards cells of many people | sex x five-year age; district |
| scatter of cells: quantiles, covariances of scores | sex x ten-year age x measure |
| movement of measures | month x sex x ten-year age; month x district |
| usual size of further steps of segments and of cells | ten-year age x measure |

It holds no figure, name or code of a neighbourhood. A figure of a district that rests on fewer
than 50 people, on cells of which most are 0, or on fewer than 3 neighbourhoods is not kept: the
city's takes its place. Data of fewer than 20 neighbourhoods have no profile.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from telads.dataset import in_force
from telads.dataset.definition import PROFILE
from telads.errors import DataError, TeladsError
from telads.model import Month
from telads.store.cells import POPULATION, measures_in
from telads.store.files import write_text
from telads.text import Text
from telads.twin import fitting
from telads.twin.copula import FACTORS, Scatter, measure_scatter
from telads.twin.fitting import PROBABILITIES, SEXES, Array, measure_lean
from telads.twin.movement import measure_movement

if TYPE_CHECKING:
    from telads.ingest.source import Reading

SCHEMA = "telads-profile/1"
"""Version of the file; a change of its fields or of PROBABILITIES needs a new one."""


@dataclass(frozen=True, eq=False)
class Profile:
    """Figures of D districts, 2 sexes, 12 five-year or A = 6 ten-year ages, M measures, T months.

    NaN stands for an unknown figure.
    """

    base: Month
    """The month that levels, districts and scatter describe."""
    months: tuple[Month, ...]
    """The months fitted, in order; the base is one of them."""
    measures: tuple[str, ...]
    """Measure ids, the population first."""
    neighbourhoods: dict[str, int]
    """District -> its number of neighbourhoods."""
    level: Array
    """2 x 12 x M: means weighted by people; the population is that of a mean cell."""
    effect: Array
    """D x 2 x A x M: difference to the city, logarithm of the ratio except for an index; NaN where
    it is not kept and the city's figures take its place."""
    lean: Array
    """2 x 12 x M: difference of the mean over cells, each counting alike, to that over people."""
    district_lean: Array
    """D x M: the same over all cells of a district."""
    quantiles: Array
    """2 x A x M x PROBABILITIES: see `copula.Scatter`."""
    loadings: Array
    """A x M x FACTORS"""
    own: Array
    """2 x A x M x M"""
    movement: Array
    """T x 2 x A x M: difference of the city to the base month; NaN where it was not observed."""
    district_movement: Array
    """T x D x M: movement of a district beyond the city's."""
    segment_step: Array
    """A x M: usual size of a segment's monthly movement beyond its city and district."""
    cell_step: Array
    """A x M: usual size of a cell's monthly movement beyond its segment."""

    @property
    def scatter(self) -> Scatter:
        """The scatter of cells around their expectation."""
        return Scatter(self.quantiles, self.loadings, self.own)

    def like(self, measure: str, order: NDArray[np.intp]) -> Profile:
        """The profile of the population and another measure alone, whose districts change places.

        The differences of the district at `order[d]` become those of the district d.
        """
        at = [0, self.measures.index(measure)]
        effect, lean = self.effect[..., at], self.district_lean[:, at]
        motion = self.district_movement[..., at]
        effect[..., 1], lean[:, 1] = effect[order, ..., 1], lean[order, 1]
        motion[..., 1] = motion[:, order, 1]
        return replace(
            self,
            measures=(POPULATION, measure),
            level=self.level[..., at],
            effect=effect,
            lean=self.lean[..., at],
            district_lean=lean,
            quantiles=self.quantiles[:, :, at],
            loadings=self.loadings[:, at],
            own=self.own[..., at, :][..., at],
            movement=self.movement[..., at],
            district_movement=motion,
            segment_step=self.segment_step[:, at],
            cell_step=self.cell_step[:, at],
        )

    @classmethod
    def load(cls, path: Path | None = None) -> Profile:
        """Read a profile, or that of the dataset in force; raises `DataError`."""
        place = path or in_force().folder / PROFILE
        try:
            return _from_document(json.loads(place.read_text(encoding="utf-8")))
        except OSError as error:
            raise _broken(place, error.strerror) from error
        except (ValueError, TypeError, KeyError, AttributeError, TeladsError) as error:
            raise _broken(place, f"{type(error).__name__}: {error}"[:120]) from error

    def save(self, path: Path) -> None:
        """Write compact JSON, a field a line; equal profiles give equal bytes."""
        lines = [f'"schema":"{SCHEMA}"']
        for name, value in _document(self).items():
            text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
            lines.append(f'"{name}":{text}')
        write_text(path, "{\n" + ",\n".join(lines) + "\n}\n", export=True)


def fit_profile(readings: Sequence[Reading], base: Month | None = None) -> Profile:
    """Measure a profile on months of data, one reading each.

    `base` is the month whose pattern between neighbourhoods is kept; by default the one with
    the fewest masked values, the latest of equals. Raises `DataError` for too few data, a month
    read twice, or a base that is not among the readings.
    """
    by_month = {reading.month: reading for reading in readings}
    chosen = base or _fullest(readings)
    if chosen not in by_month or len(by_month) < len(readings):
        raise DataError(
            Text("통계 프로필을 만들 달이 맞지 않습니다.", "These months cannot be profiled."),
            Text("달마다 파일 하나씩, 기준월도 넣어 주세요.",
                 "Give one file for each month, including the data month."),
            value=chosen,
        )  # fmt: skip
    months = tuple(sorted(by_month))
    cells = by_month[chosen].cells
    measures = (POPULATION, *measures_in(cells.columns))
    districts = sorted(cells["district"].unique().to_list())
    additive = fitting.is_additive(measures)
    cubes = [fitting.cube(by_month[month], measures, districts) for month in months]
    data = cubes[months.index(chosen)]
    _require_enough(data)
    level = fitting.city_level(data)
    figures, people = fitting.segments(data)
    effect = fitting.difference(figures, fitting.city_band(level), additive)
    effect = np.where(people > 0, effect, np.nan)
    lean, district_lean = measure_lean(data.values, data.member, additive)
    enough = data.has_enough_neighbourhoods[:, None]
    motion = measure_movement(cubes, months, chosen, measures)
    residuals = fitting.residuals(data, level, effect, additive)
    scatter = measure_scatter(residuals, data.member, data.values[..., 0])
    counts = data.member.sum(axis=1).astype(int).tolist()
    return Profile(
        base=chosen,
        months=months,
        measures=measures,
        neighbourhoods=dict(zip(districts, counts, strict=True)),
        level=_digits(level, 4),
        effect=np.round(effect, 4),
        lean=np.round(lean, 4),
        district_lean=np.where(enough, np.round(district_lean, 4), 0.0),
        quantiles=np.round(scatter.quantiles, 4),
        loadings=np.round(scatter.loadings, 3),
        own=np.round(scatter.own, 3),
        movement=np.round(motion.city, 4),
        district_movement=np.round(motion.district, 4),
        segment_step=np.round(motion.segment_step, 4),
        cell_step=np.round(motion.cell_step, 4),
    )


def _fullest(readings: Sequence[Reading]) -> Month | None:
    best = max(readings, key=lambda reading: (-reading.masked, reading.month), default=None)
    return best.month if best else None


def _require_enough(data: fitting.Cube) -> None:
    if len(data.codes) < fitting.FEWEST_IN_ALL:
        raise DataError(
            in_force().fill(Text(
                "{neighbourhood:이/가} 너무 적어 통계 프로필이 한 곳 한 곳을 드러냅니다.",
                "With so few {neighbourhoods} a profile would describe each of them.")),
            in_force().fill(Text(
                "{neighbourhood:이/가} {least}곳 이상인 데이터를 넣어 주세요.",
                "Fit it to data of at least {least} {neighbourhoods}.",
            )).format(least=fitting.FEWEST_IN_ALL),
            value=len(data.codes),
        )  # fmt: skip


def _digits(figures: Array, digits: int) -> Array:
    """Round to significant digits."""
    rounded: Array = np.array([float(f"{figure:.{digits}g}") for figure in figures.flat])
    return rounded.reshape(figures.shape)


def _shapes(profile: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    """Required shape of each array of the file."""
    T, D, M = (len(profile[name]) for name in ("months", "neighbourhoods", "measures"))
    S, A, F, Q = len(SEXES), len(in_force().ages), len(in_force().cell_ages), len(PROBABILITIES)
    return {
        "level": (S, F, M), "effect": (D, S, A, M), "lean": (S, F, M),
        "district_lean": (D, M), "quantiles": (S, A, M, Q),
        "loadings": (A, M, FACTORS), "own": (S, A, M, M), "movement": (T, S, A, M),
        "district_movement": (T, D, M), "segment_step": (A, M), "cell_step": (A, M),
    }  # fmt: skip


_SYMMETRIC = frozenset({"own"})


def _document(profile: Profile) -> dict[str, Any]:
    """The fields as JSON values: arrays flat, symmetric ones as their lower triangles."""
    document: dict[str, Any] = {}
    for field in fields(profile):
        value = getattr(profile, field.name)
        if field.name in _SYMMETRIC:
            value = value[(..., *np.tril_indices(value.shape[-1]))]
        if isinstance(value, np.ndarray):
            numbers = value.ravel().tolist()
            value = [None if isnan(n) else int(n) if n == int(n) else n for n in numbers]
        elif isinstance(value, Month):
            value = str(value)
        elif field.name == "months":
            value = [str(month) for month in value]
        document[field.name] = value
    return document


def _from_document(document: dict[str, Any]) -> Profile:
    if document.get("schema") != SCHEMA:
        raise ValueError(f"schema {document.get('schema')}, not {SCHEMA}")
    unknown = [measure for measure in document["measures"] if measure not in in_force().measures]
    if unknown or document["measures"][0] != POPULATION:
        raise ValueError(f"measures {unknown or document['measures'][0]}")
    arrays: dict[str, Array] = {}
    for name, shape in _shapes(document).items():
        flat = np.array(document[name], dtype=np.float64)
        if name in _SYMMETRIC:
            lower = np.tril_indices(shape[-1])
            array = np.zeros(shape)
            array[(..., *lower)] = flat.reshape(*shape[:-2], -1)
            array[(..., *lower[::-1])] = array[(..., *lower)]
        else:
            array = flat.reshape(shape)
        arrays[name] = array
    return Profile(
        base=Month.parse(document["base"]),
        months=tuple(Month.parse(month) for month in document["months"]),
        measures=tuple(document["measures"]),
        neighbourhoods={str(d): int(n) for d, n in document["neighbourhoods"].items()},
        **arrays,
    )


def _broken(place: object, reason: object) -> DataError:
    return DataError(
        Text("통계 프로필 파일을 읽을 수 없습니다.", "The profile cannot be read."),
        Text("telads synth --fit으로 다시 만들어 "
             "주세요.", "Make it again with telads synth --fit."),
        file=place, value=reason,
    )  # fmt: skip
