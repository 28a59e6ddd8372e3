"""Optional differential privacy: Laplace or Gaussian noise on counts and sums, by OpenDP.

A subscriber is in one cell of a label month, and adds at most a bounded amount to each of its
sums; so one budget covers all cells of a month, and is shared evenly by the columns (the count of
people and every sum). What it does not cover is said in the ledger: which cells are hidden follows
from true counts, and label months overlap, so a subscriber of several months is in several budgets.

The noise comes from OpenDP's cryptographic generator and is drawn once: the same log aggregated
anew under a budget gives other figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any, Literal, get_args

from telads.aggregate.cells import OBSERVED, PEOPLE
from telads.aggregate.contribution import CAPS
from telads.errors import SettingError, UnknownChoice, choose, with_extra
from telads.language import Text, same, typed
from telads.model import OBSERVED_MONTHS

if TYPE_CHECKING:
    import polars as pl

Kind = Literal["laplace", "gaussian"]
KINDS: tuple[Kind, ...] = get_args(Kind)
LONGEST = 31 * OBSERVED_MONTHS
"""Days of a window at most."""
COVERS = Text(
    "한 기준 달의 모든 칸의 인원수와 합계. 가려지는 칸의 선택은 포함하지 않고, 여러 기준 달의 "
    "예산은 더해집니다.",
    "Counts and sums of all cells of one label month. Not which cells are hidden; the budgets of "
    "several label months add up.",
)


@dataclass(frozen=True)
class Noise:
    """The budget of one label month. `delta` is 0 for Laplace noise."""

    epsilon: float
    kind: Kind = "laplace"
    delta: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a budget that means nothing; raises `SettingError`."""
        fine = 0 < self.epsilon < inf and (
            self.delta == 0 if self.kind == "laplace" else 0 < self.delta < 1
        )
        if not fine:
            raise SettingError(
                Text("잡음 예산이 올바르지 않습니다.", "The budget of noise is not a valid one."),
                Text("epsilon은 0보다 크게, delta는 gaussian에만 0과 1 사이로 정해 주세요.",
                     "epsilon must be above 0, delta between 0 and 1 and for gaussian only."),
                value=f"{self.kind} epsilon={self.epsilon} delta={self.delta}",
            )  # fmt: skip


def noise_of(epsilon: float | None, kind: str | None = None, delta: float = 0.0) -> Noise | None:
    """The budget that was asked for, Laplace's if no kind is named; None if nothing was.

    Raises `SettingError` for one that means nothing, `UnknownChoice` for another kind.
    """
    if epsilon is None:
        if kind or delta:
            raise SettingError(
                Text("잡음의 예산을 알 수 없습니다.", "Noise needs a budget."),
                Text("epsilon도 알려 주세요.", "Give epsilon as well."),
                value=kind or delta,
            )
        return None
    for known in KINDS:
        if typed(kind or KINDS[0]) == known:
            return Noise(epsilon, known, delta)
    raise UnknownChoice(
        Text("그런 잡음은 없습니다.", "There is no such noise."),
        choose(kind, map(same, KINDS)), value=kind,
    )  # fmt: skip


def bounds(services: Mapping[str, tuple[str, ...]], columns: tuple[str, ...]) -> dict[str, int]:
    """The most that one subscriber adds to each column of sums in a window."""
    known = {
        PEOPLE: 1, OBSERVED: 1, "subway_days": LONGEST,
        **{id: LONGEST * len(raw) for id, raw in services.items()},
        **{f"{kind}_{name}": LONGEST * cap
           for kind in ("weekday", "holiday")
           for name, cap in (("trips", CAPS["trips"]), ("distance", CAPS["distance_m"]),
                             ("home_seconds", CAPS["home_seconds"]))},
    }  # fmt: skip
    return {column: known[column] for column in columns}


def with_noise(sums: pl.DataFrame, most: Mapping[str, int], noise: Noise) -> pl.DataFrame:
    """The sums of the cells with noise, at least 0 (people at least 1); `most` as by `bounds`.

    Raises `SettingError` without OpenDP.
    """
    import polars as pl

    noisy = []
    for column, sensitivity in most.items():
        measure = _mechanism(noise, sensitivity, len(most))
        figures = pl.Series(column, measure(sums[column].to_list()), dtype=pl.Int64)
        noisy.append(figures.clip(lower_bound=1 if column in {PEOPLE, OBSERVED} else 0))
    return sums.with_columns(noisy)


def scales(most: Mapping[str, int], noise: Noise) -> dict[str, float]:
    """The scale of the noise on each column, for the ledger."""
    return {column: _scale(noise, bound, len(most)) for column, bound in most.items()}


def _mechanism(noise: Noise, sensitivity: int, columns: int) -> Any:
    """OpenDP's measurement for a column, proven by OpenDP to stay within its share."""
    dp = _opendp()
    domain = dp.vector_domain(dp.atom_domain(T=int))
    scale = _scale(noise, sensitivity, columns)
    if noise.kind == "laplace":
        return dp.m.make_laplace(domain, dp.l1_distance(T=int), scale=scale)
    return dp.m.make_gaussian(domain, dp.l2_distance(T=float), scale=scale)


def _scale(noise: Noise, sensitivity: int, columns: int) -> float:
    """The smallest scale (to a thousandth) whose loss OpenDP finds within the column's share."""
    low, high = 0.0, float(sensitivity)
    while not _within(noise, sensitivity, columns, high):
        low, high = high, high * 2
    while high - low > high / 1000:
        middle = (low + high) / 2
        low, high = (
            (low, middle) if _within(noise, sensitivity, columns, middle) else (middle, high)
        )
    return high


def _within(noise: Noise, sensitivity: int, columns: int, scale: float) -> bool:
    dp = _opendp()
    share = noise.epsilon / columns
    domain = dp.vector_domain(dp.atom_domain(T=int))
    if noise.kind == "laplace":
        laplace = dp.m.make_laplace(domain, dp.l1_distance(T=int), scale=scale)
        return bool(laplace.map(sensitivity) <= share)
    gaussian = dp.m.make_gaussian(domain, dp.l2_distance(T=float), scale=scale)
    profile = dp.c.make_zCDP_to_approxDP(gaussian).map(float(sensitivity))
    return bool(profile.epsilon(noise.delta / columns) <= share)


def _opendp() -> Any:
    try:
        import opendp.prelude as dp
    except ImportError as error:
        raise SettingError(
            Text("잡음에는 OpenDP가 필요합니다.", "Noise needs OpenDP."),
            with_extra("privacy"),
        ) from error
    dp.enable_features("contrib")
    return dp
