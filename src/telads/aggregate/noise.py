"""Optional differential privacy: Laplace or Gaussian noise on counts and sums, by OpenDP.

A subscriber is in one cell of a label month, and adds at most a bounded amount to each of its
sums; so one budget covers all cells of a month and is shared by the columns: four fifths evenly
among the published ones (the counts of people and every sum), a fifth evenly among the users of
each figure, which only decide whether it is shown. Everything after that, suppression and ledger
included, is derived from the noisy sums; nothing else of the log is used.

The noise comes from OpenDP's cryptographic generator and is drawn once: aggregating the same log
again gives other figures and spends the budget again.

Budget: what noise on two label months discloses about one subscriber adds up, and so do two draws
of one month: epsilon and delta of all draws are summed (basic composition). A subscriber's day is
in the windows of three label months, and a subscriber active all year is in every one; the amount
spent on the days of one calendar month is reported as well.

A draw is recorded in the ledger before it is made, and stays there when its month is replaced,
removed or never finished.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from math import ceil, fsum, inf
from typing import TYPE_CHECKING, Any, Literal, get_args

from telads.aggregate.cells import MOBILITY_MEASURES, OBSERVED, PEOPLE, figures_in, users
from telads.aggregate.contribution import CAPS
from telads.dataset import in_force
from telads.errors import SettingError, UnknownChoice, choose, with_extra
from telads.model import Month, months_between
from telads.store.ledger import Draw, Ledger
from telads.text import Text, same, typed
from telads.wording import counted

if TYPE_CHECKING:
    import polars as pl

    from telads.aggregate.request import Request
    from telads.store.workspace import Store


Kind = Literal["laplace", "gaussian"]
KINDS: tuple[Kind, ...] = get_args(Kind)
LONGEST_MONTH = 31
"""Days."""
WHOLE = "i64"
"""OpenDP's type of the sums: its default ends at 2,147,483,647, the seconds of 300 people."""
LARGEST_SCALE = 1e15
"""Beyond it noise might overflow that type."""
SHARE_OF_USERS = 0.2
"""Share of the budget for all counts of users together."""
WRONG = 0.05
"""Probability that noise exceeds its half-width."""
COVERS = Text(
    "한 기준월의 모든 셀의 값, 가려지는 셀의 선택, 파일 이력의 개수. 여러 기준월과 여러 번 뽑은 "
    "노이즈의 epsilon은 더해집니다.",
    "All figures of one data month, which of them are hidden, and the counts of the file history. "
    "The epsilons of several data months and draws add up.",
)


@dataclass(frozen=True)
class Noise:
    """Privacy budget of one label month. `delta` is 0 for Laplace noise."""

    epsilon: float
    kind: Kind = "laplace"
    delta: float = 0.0

    def __post_init__(self) -> None:
        """Reject an invalid budget; raises `SettingError`."""
        fine = 0 < self.epsilon < inf and (
            self.delta == 0 if self.kind == "laplace" else 0 < self.delta < 1
        )
        if not fine:
            raise SettingError(
                Text("노이즈의 epsilon이 올바르지 않습니다.",
                     "The epsilon of the noise is not valid."),
                Text("epsilon은 0보다 크게, delta는 gaussian에만 0과 1 사이로 정해 주세요.",
                     "epsilon must be above 0, delta between 0 and 1 and for gaussian only."),
                value=f"{self.kind} epsilon={self.epsilon} delta={self.delta}",
            )  # fmt: skip


def noise_of(epsilon: float | None, kind: str | None = None, delta: float = 0.0) -> Noise | None:
    """The requested budget, Laplace's if no kind is named; None without an epsilon.

    Raises `SettingError` for an invalid budget, `UnknownChoice` for an unknown kind.
    """
    if epsilon is None:
        if kind or delta:
            raise SettingError(
                Text("노이즈의 epsilon을 알 수 없습니다.", "Noise needs an epsilon."),
                Text("epsilon도 알려 주세요.", "Set epsilon as well."),
                value=kind or delta,
            )
        return None
    for known in KINDS:
        if typed(kind or KINDS[0]) == known:
            return Noise(epsilon, known, delta)
    raise UnknownChoice(
        Text("노이즈 종류를 찾을 수 없습니다.", "Kind of noise not found."),
        choose(kind, map(same, KINDS)), value=kind,
    )  # fmt: skip


def bounds(services: Mapping[str, tuple[str, ...]], columns: tuple[str, ...]) -> dict[str, int]:
    """The most one subscriber adds to each column of sums in a window."""
    longest = LONGEST_MONTH * in_force().window_months
    known = {
        PEOPLE: 1, OBSERVED: 1, "subway_days": longest,
        **{id: longest * len(raw) for id, raw in services.items()},
        **{f"{kind}_{name}": longest * cap
           for kind in ("weekday", "holiday")
           for name, cap in (("trips", CAPS["trips"]), ("distance", CAPS["distance_m"]),
                             ("home_seconds", CAPS["home_seconds"]))},
    }  # fmt: skip
    known |= {users(figure): 1 for figure in (*services, *MOBILITY_MEASURES)}
    return {column: known[column] for column in columns}


def most_of(request: Request, mobility: bool) -> dict[str, int]:
    """The most one subscriber adds to each column that becomes noisy."""
    counted = (PEOPLE, OBSERVED) if mobility else (PEOPLE,)
    figures = (*request.services, *(MOBILITY_MEASURES if mobility else ()))
    return bounds(request.services, (*counted, *figures, *map(users, figures)))


def with_noise(sums: pl.DataFrame, most: Mapping[str, int], noise: Noise) -> pl.DataFrame:
    """The sums of the cells with noise, at least 0 (people at least 1); `most` is from `bounds`.

    Raises `SettingError` without OpenDP.
    """
    import polars as pl

    noisy = []
    for column, scale in scales(most, noise).items():
        measure = _mechanism(noise, scale)
        figures = pl.Series(column, measure(sums[column].to_list()), dtype=pl.Int64)
        noisy.append(figures.clip(lower_bound=1 if column in {PEOPLE, OBSERVED} else 0))
    return sums.with_columns(noisy)


def scales(most: Mapping[str, int], noise: Noise) -> dict[str, float]:
    """Scale of the noise on each column; raises `SettingError` if there is none, or no OpenDP."""
    library, parts = _opendp(), shares(most)  # required even if all scales are cached
    try:
        found = {column: _scale(noise, bound, parts[column]) for column, bound in most.items()}
    except (library.OpenDPException, OverflowError):
        found = {}
    if not found or max(found.values()) > LARGEST_SCALE:
        raise SettingError(
            Text("이 epsilon으로는 노이즈를 만들 수 없습니다.",
                 "Noise cannot be made with this epsilon."),
            Text("epsilon은 1에, delta는 0.000001에 더 가깝게 정해 주세요.",
                 "Use an epsilon closer to 1 and a delta closer to 0.000001."),
            value=f"{noise.kind} epsilon={noise.epsilon} delta={noise.delta}",
        )  # fmt: skip
    return found


def shares(columns: Iterable[str]) -> dict[str, float]:
    """Share of the budget of each column; they sum to 1."""
    named = tuple(columns)
    counts = {users(figure) for figure in figures_in(named)} & set(named)
    of_users = SHARE_OF_USERS / len(counts) if counts else 0
    of_others = (1 - SHARE_OF_USERS if counts else 1) / (len(named) - len(counts))
    return {name: of_users if name in counts else of_others for name in named}


def half_width(noise: Noise, scale: float, wrong: float = WRONG) -> int:
    """Half-width that the noise on a sum exceeds with probability `wrong` at most, either way.

    Discrete Gaussian noise exceeds m no more often than a normal exceeds m (Canonne, Kamath and
    Steinke 2020, proposition 25); summing its probabilities takes minutes.
    """
    dp = _opendp()
    if noise.kind == "laplace":
        if scale < 0.1:  # nonzero once in 10,000 draws; OpenDP's own sum gives infinity
            return 0
        return int(dp.discrete_laplacian_scale_to_accuracy(scale, wrong))
    normal: float = dp.gaussian_scale_to_accuracy(scale, wrong)
    return ceil(normal)


def half_widths(
    sums: pl.DataFrame, most: Mapping[str, int], noise: Noise
) -> dict[str, pl.Expr | int]:
    """Half-width of the 95 % interval of every figure, in the units of `sums` a person.

    `sums` with noise. For people it is that of the noise. For a mean, sum over people, it combines
    both: each bound holds with 97.5 %, so both hold with at least 95 %. With S and N as drawn and
    a and b their half-widths, the true mean differs by at most (a + b S / N) / (N - b), and never
    by more than one subscriber's bound, or the figure itself.
    """
    import polars as pl

    scale = scales(most, noise)
    found: dict[str, pl.Expr | int] = {PEOPLE: half_width(noise, scale[PEOPLE])}
    for figure in figures_in(sums.columns):
        people = OBSERVED if figure in MOBILITY_MEASURES else PEOPLE
        off, people_off = (half_width(noise, scale[name], WRONG / 2) for name in (figure, people))
        mean = pl.col(figure) / pl.col(people)
        fewest = (pl.col(people) - people_off).clip(lower_bound=1)
        found[figure] = pl.min_horizontal(
            (off + people_off * mean) / fewest, pl.max_horizontal(mean, pl.lit(most[figure]))
        )
    return found


def _mechanism(noise: Noise, scale: float) -> Any:
    """OpenDP's measurement for a column."""
    dp = _opendp()
    domain = dp.vector_domain(dp.atom_domain(T=WHOLE))
    if noise.kind == "laplace":
        return dp.m.make_laplace(domain, dp.l1_distance(T=WHOLE), scale=scale)
    return dp.m.make_gaussian(domain, dp.l2_distance(T=float), scale=scale)


@cache
def _scale(noise: Noise, sensitivity: int, share: float) -> float:
    """Smallest scale (to a thousandth) whose loss OpenDP finds within the column's share."""
    low, high = 0.0, float(sensitivity)
    while not _within(noise, sensitivity, share, high):
        low, high = high, high * 2
    while high - low > high / 1000:
        middle = (low + high) / 2
        low, high = (low, middle) if _within(noise, sensitivity, share, middle) else (middle, high)
    return high


def _within(noise: Noise, sensitivity: int, share: float, scale: float) -> bool:
    """Whether OpenDP proves the loss to be within the column's share."""
    loss = _mechanism(noise, scale)
    if noise.kind == "laplace":
        return bool(loss.map(sensitivity) <= noise.epsilon * share)
    profile = _opendp().c.make_zCDP_to_approxDP(loss).map(float(sensitivity))
    return bool(profile.epsilon(noise.delta * share) <= noise.epsilon * share)


def _opendp() -> Any:
    try:
        import opendp.prelude as dp
    except ImportError as error:
        raise SettingError(
            Text("노이즈에는 OpenDP가 필요합니다.", "Noise needs OpenDP."),
            with_extra("privacy"),
        ) from error
    dp.enable_features("contrib")
    return dp


ROUNDING = 1e-9
"""Relative tolerance of the limit: ten times 0.1 is not exactly 1."""


@dataclass(frozen=True)
class Spent:
    """Totals over draws."""

    draws: int
    epsilon: float
    delta: float
    most_on_a_month: float
    """Largest total epsilon on any calendar month, over all draws whose windows hold it."""


def spent(ledger: Ledger) -> Spent:
    """Total of all draws of a workspace."""
    by_month: dict[Month, list[float]] = {}
    for draw in ledger.draws:
        for month in months_between(*Month.parse(draw.month).window):
            by_month.setdefault(month, []).append(draw.epsilon)
    return Spent(
        len(ledger.draws),
        fsum(draw.epsilon for draw in ledger.draws),
        fsum(draw.delta for draw in ledger.draws),
        max(map(fsum, by_month.values()), default=0.0),
    )


def lower(*limits: float | None) -> float | None:
    """The smallest of the limits that are set; None means no limit."""
    return min((limit for limit in limits if limit is not None), default=None)


def is_within(epsilon: float, limit: float | None) -> bool:
    """Whether a sum does not exceed the limit."""
    return limit is None or epsilon <= limit * (1 + ROUNDING)


def require(
    ledger: Ledger, noise: Noise | None, labels: Sequence[Month], limit: float | None
) -> None:
    """Raise `SettingError` if these label months would exceed the limit.

    Without noise the loss is unbounded, so such months are refused where there is a limit.
    """
    if limit is None or not labels:
        return
    if noise is None:
        raise SettingError(
            Text("epsilon에 한도가 있어 노이즈 없는 셀은 만들 수 없습니다.",
                 "Epsilon has a limit, so cells without noise cannot be made."),
            Text("--epsilon을 알려 주거나 한도를 없애 주세요.",
                 "Set --epsilon, or remove the limit."),
            limit=limit,
        )  # fmt: skip
    before = spent(ledger).epsilon
    wanted = fsum([before, *[noise.epsilon] * len(labels)])
    if not is_within(wanted, limit):
        raise SettingError(
            Text(f"epsilon이 모자랍니다. 이미 {before:g}을 썼고, {len(labels)}개 달에 "
                 f"{noise.epsilon * len(labels):g}이 더 필요합니다.",
                 f"Not enough epsilon is left: {before:g} is spent, and "
                 f"{noise.epsilon * len(labels):g} more is needed for "
                 f"{counted(len(labels), 'month')}."),
            Text("더 작은 epsilon이나 더 적은 달로 하거나, 한도를 정한 사람과 의논해 주세요.",
                 "Use a smaller epsilon or fewer months, or ask the person who set the limit."),
            limit=limit, value=f"{wanted:g}",
        )  # fmt: skip


def spend(
    workspace: Store, noise: Noise, labels: Iterable[Month], limit: float | None
) -> dict[Month, Draw]:
    """Record a draw for each label month in the ledger; call only under the workspace's lock.

    Raises `SettingError` beyond the limit; nothing is written then.
    """
    ledger, months = workspace.ledger(), list(labels)
    require(ledger, noise, months, limit)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    draws = {
        label: Draw(str(label), noise.kind, noise.epsilon, noise.delta, now, secrets.token_hex(4))
        for label in months
    }
    ledger.with_draws(draws.values()).save(workspace.ledger_path)
    return draws
