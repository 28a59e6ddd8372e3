"""Warnings: remarkable, but no reason to refuse a file; shown in every answer for the month.

Warnings about one file are made when it is read; those about a month beside others follow from the
ledger alone and are recomputed each time, so the order of ingestion does not matter.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import fsum

from telads.dataset import in_force
from telads.model import Month
from telads.store.ledger import Entry
from telads.text import Text, josa

MASKED_SHARE = 0.05
JUMP = 4.0
"""Multiple of the usual change beyond which a change of a city mean is a jump."""
NAMED = 3
"""Most measures named in one warning; the rest is counted."""
JUMP_NEEDS = 5
"""Number of other changes needed before one of them can be called unusual.

The usual change is the mean size of the others. If changes are normal and alike, 4 times that is
exceeded by chance in 2.2 % of cases with 5 others known and 0.8 % with 11; with 3 it would be
4.3 %. Four times their median, the other candidate, is exceeded in 6.2 % and 3.4 %: with few months
it warns of nothing in particular.
"""


BREAK, LEAST_BREAK, BREAK_NEEDS = 3.0, 0.15, 3
"""A city mean that changes by this multiple of its usual change, and by at least 15 %, may have
been measured differently since. The usual change is the median size of the relative changes of at
least so many other months, excluding the month's neighbours: label months overlap, so a new way of
measuring shows in two or three of them, and the mean of the others would hide it."""


def of_file(
    rows: int, expected: int, columns: Collection[str], masked: Mapping[str, int], zero: list[str]
) -> list[Text]:
    """Warnings about one file: missing services and cells, measures masked or all zero."""
    warnings = []
    absent = [service.text for service in in_force().services if service.id not in columns]
    if absent:
        warnings.append(
            Text(f"다음 서비스의 열이 없습니다: {', '.join(one.ko for one in absent)}.",
                 f"There is no column for these services: {', '.join(one.en for one in absent)}.")
        )  # fmt: skip
    if rows < expected:
        warnings.append(
            Text("전체 셀 {expected}개 가운데 {missing}개가 없습니다.",
                 "{missing} of {expected} cells "
                 f"{'is' if expected - rows == 1 else 'are'} missing.")
            .format(expected=expected, missing=expected - rows)
        )  # fmt: skip
    for measure, count in masked.items():
        if count > MASKED_SHARE * rows:
            warnings.append(
                Text(f"{_name(measure).ko}: 값의 {count / rows:.0%}가 가려져 있습니다.",
                     f"{_name(measure).en}: {count / rows:.0%} of the values are masked.")
            )  # fmt: skip
    warnings.extend(
        Text(f"{_name(measure).ko}: 모든 값이 0입니다.", f"{_name(measure).en}: all values are 0.")
        for measure in zero
    )
    return warnings


def by_month(entries: Mapping[Month, Entry]) -> dict[Month, tuple[Text, ...]]:
    """All warnings for each month: the file's own, and those from the months beside it."""
    broken = breaks(entries)
    changes = {measure: _changes(entries, measure) for measure in _measures(entries)}
    return {
        month: (
            *entry.warnings,
            *_copies(entries, month),
            *(_beside(entries.get(month + -1), entry)),
            *_breaks(entries, month, broken.get(month, ())),
            *_jumps(entry, month, changes, broken.get(month, ())),
        )
        for month, entry in entries.items()
    }


def _measures(entries: Mapping[Month, Entry]) -> dict[str, None]:
    """The measures that any month has."""
    return dict.fromkeys(name for entry in entries.values() for name in entry.means)


def _copies(entries: Mapping[Month, Entry], month: Month) -> list[Text]:
    """Warn about the same file under two months: one of the two labels is wrong."""
    own, told = entries[month].sha256, entries[month].file_months
    others = [
        str(m) for m, entry in entries.items()
        if m != month and entry.sha256 == own and str(m) not in told
    ]  # fmt: skip
    if not others:
        return []
    return [
        Text(f"{', '.join(others)}에 반영한 것과 똑같은 파일입니다.",
             f"It is the same file as for {', '.join(others)}.")
    ]  # fmt: skip


def _beside(before: Entry | None, entry: Entry) -> list[Text]:
    if before is None:
        return []
    warnings = []
    same = [name for name in entry.prints if before.prints.get(name) == entry.prints[name]]
    if same:
        warnings.append(
            Text(f"지난달과 값이 모두 같은 항목: {_named(same).ko}.",
                 f"Unchanged from the month before: {_named(same).en}.")
        )  # fmt: skip
    gone, come = set(before.codes) - set(entry.codes), set(entry.codes) - set(before.codes)
    level = in_force().neighbourhood
    if gone or come:
        warnings.append(
            Text(f"지난달과 {josa(level.text.ko, '이/가')} 다릅니다: 사라짐 {_some(gone)}, 생김 "
                 f"{_some(come)}.",
                 f"{level.plural.en.capitalize()} differ from the month before: "
                 f"gone {_some(gone)}, new {_some(come)}.")
        )  # fmt: skip
    return warnings


def breaks(entries: Mapping[Month, Entry]) -> dict[Month, tuple[str, ...]]:
    """Measures whose series may be broken between each month and the previous one."""
    found: dict[Month, tuple[str, ...]] = {}
    for measure in _measures(entries):
        if in_force().measures[measure].is_index:
            continue  # rescaled each month
        moved = _relative(entries, measure)
        for month, change in moved.items():
            if change < LEAST_BREAK:
                continue
            others = [size for other, size in moved.items()
                      if abs(other.number - month.number) > 1]  # fmt: skip
            if len(others) >= BREAK_NEEDS and change > BREAK * _median(others):
                found[month] = (*found.get(month, ()), measure)
    return found


def _median(values: Sequence[float]) -> float:
    """The median; `statistics` takes longer to import than all of this module's work."""
    ordered, half = sorted(values), len(values) // 2
    return (ordered[half] + ordered[-half - 1]) / 2


def _relative(entries: Mapping[Month, Entry], measure: str) -> dict[Month, float]:
    """Relative size of the change of a city mean into each month."""
    return {
        month: change / before
        for month, change in _changes(entries, measure).items()
        if (before := entries[month + -1].means[measure]) > 0
    }


def _breaks(entries: Mapping[Month, Entry], month: Month, broken: Sequence[str]) -> list[Text]:
    """Warn about city means whose series may be broken since the previous month."""
    found = []
    for measure in broken:
        share = entries[month].means[measure] / entries[month + -1].means[measure] - 1
        found.append(
            Text(f"{_name(measure).ko}: {in_force().city.ko} 평균이 지난달보다 "
                 f"{share:+.1%} 움직였습니다. 집계가 바뀌어 계열이 끊겼을 수 있으니 "
                 "이 달을 넘는 비교에 주의해 주세요.",
                 f"{_name(measure).en}: possible break: the {in_force().city.en} average changed "
                 f"by {share:+.1%} since the month before; take care with comparisons across this "
                 "month.")
        )  # fmt: skip
    return found


def _jumps(
    entry: Entry,
    month: Month,
    changes: Mapping[str, Mapping[Month, float]],
    broken: Collection[str],
) -> list[Text]:
    """Warn about city means that changed far more into this month than between other months."""
    warnings: list[Text] = []
    for measure in entry.means:
        if in_force().measures[measure].is_index or measure in broken:
            continue  # rescaled each month: changes of its mean mean nothing
        others = dict(changes[measure])
        change = others.pop(month, None)
        if change is None or len(others) < JUMP_NEEDS:
            continue
        usual = fsum(others.values()) / len(others)
        if change <= JUMP * usual or not usual:
            continue
        times = change / usual
        warnings.append(
            Text(f"{_name(measure).ko}: {in_force().city.ko} 평균이 평소 변화의 "
                 f"{times:.1f}배만큼 움직였습니다.",
                 f"{_name(measure).en}: the {in_force().city.en} average changed by {times:.1f} "
                 "times its usual change.")
        )  # fmt: skip
    return warnings


def _changes(entries: Mapping[Month, Entry], measure: str) -> dict[Month, float]:
    """Change of a city mean into each month; columns that merely repeat are ignored."""
    pairs = ((month, entries[month], entries.get(month + -1)) for month in entries)
    return {
        month: abs(entry.means[measure] - before.means[measure])
        for month, entry, before in pairs
        if before is not None
        and measure in entry.means
        and measure in before.means
        and entry.prints.get(measure) != before.prints.get(measure)
    }


def _name(measure: str) -> Text:
    return in_force().measures[measure].text


def _some(codes: set[str]) -> str:
    listed = sorted(codes)
    return f"{len(listed)}" + (f" ({', '.join(listed[:5])})" if listed else "")


def _named(measures: list[str]) -> Text:
    """The first few names, services before others, and the number of others."""
    ordered = sorted(measures, key=lambda measure: in_force().measures[measure].topic != "service")
    names, more = [_name(measure) for measure in ordered[:NAMED]], len(measures) - NAMED
    return Text(
        ", ".join(name.ko for name in names) + (f" 외 {more}개" if more > 0 else ""),
        ", ".join(name.en for name in names) + (f" and {more} more" if more > 0 else ""),
    )
