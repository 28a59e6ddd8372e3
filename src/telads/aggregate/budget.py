"""The budget of noise: what has been spent, and what may be.

What noise on two label months gives away of one subscriber adds up, and so do two draws of one
month: epsilon and delta of all draws are summed (basic composition). A day of a subscriber is in
the windows of three label months, and whoever uses the network all year is in every one; what is
spent on the days of one calendar month is told as well.

A draw is written to the ledger before it is made, and stays there when its month is replaced, taken
back or never finished.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import fsum
from typing import TYPE_CHECKING

from telads.errors import SettingError
from telads.language import Text
from telads.model import Month, months_between
from telads.tables.ledger import Draw, Ledger

if TYPE_CHECKING:
    from telads.aggregate.noise import Noise
    from telads.workspace import Workspace

ROUNDING = 1e-9
"""Ten times 0.1 is 1: a sum is beyond the limit only if it is so by more than this share."""


@dataclass(frozen=True)
class Spent:
    """Sums over draws."""

    draws: int
    epsilon: float
    delta: float
    most_on_a_month: float
    """Epsilon of all draws whose windows hold the calendar month that has the most."""


def spent(ledger: Ledger) -> Spent:
    """What all draws of a workspace have spent."""
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
    """The limit that holds where several are set; None: there is none."""
    return min((limit for limit in limits if limit is not None), default=None)


def is_within(epsilon: float, limit: float | None) -> bool:
    """Whether a sum is not beyond the limit."""
    return limit is None or epsilon <= limit * (1 + ROUNDING)


def require(
    ledger: Ledger, noise: Noise | None, labels: Sequence[Month], limit: float | None
) -> None:
    """Raise `SettingError` where these label months would spend more than the limit.

    Cells without noise have no budget at all, so none are made where there is a limit.
    """
    if limit is None or not labels:
        return
    if noise is None:
        raise SettingError(
            Text("잡음 예산에 한도가 있어 잡음 없는 칸은 만들 수 없습니다.",
                 "The budget of noise has a limit, so cells without noise cannot be made."),
            Text("--epsilon을 알려 주거나 한도를 없애 주세요.",
                 "Give --epsilon, or take the limit away."),
            limit=limit,
        )  # fmt: skip
    before = spent(ledger).epsilon
    wanted = fsum([before, *[noise.epsilon] * len(labels)])
    if not is_within(wanted, limit):
        raise SettingError(
            Text(f"잡음 예산이 모자랍니다. 이미 epsilon {before:g}을 썼고, {len(labels)}개 달에 "
                 f"{noise.epsilon * len(labels):g}이 더 필요합니다.",
                 f"The budget of noise does not suffice: epsilon {before:g} is spent, and "
                 f"{noise.epsilon * len(labels):g} more is needed for {len(labels)} months."),
            Text("더 작은 epsilon이나 더 적은 달로 하거나, 한도를 정한 사람과 의논해 주세요.",
                 "Take a smaller epsilon or fewer months, or ask whoever set the limit."),
            limit=limit, value=f"{wanted:g}",
        )  # fmt: skip


def spend(
    workspace: Workspace, noise: Noise, labels: Iterable[Month], limit: float | None
) -> dict[Month, Draw]:
    """Write a draw for each label month into the ledger; only under the workspace's lock.

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
