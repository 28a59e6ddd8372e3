"""How far a figure can be relied on, in words: what its card says.

A field declares its `Trust`: its meaning in a sentence without statistics, how sure it is, and what
says how often such figures were right. The grades:

| grade | where the figure has an interval | where it has none |
|---|---|---|
| high | all of it on one side of the average, and half its width at most a quarter of the distance
from it | never |
| medium | all of it on one side of the average | at least 0.20 standard deviations from the average
|
| low | it holds the average | nearer to the average |

Figures that rest on what somebody entered (prices, ceilings, curves) are never graded high. How
often such figures were right is that of the evaluation of the build (`answers.evaluation`), one
month ahead, beside what last month's figures alone would have been.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from telads.dataset import in_force
from telads.errors import TeladsError
from telads.method.horizons import AHEAD, TIES
from telads.text import Text

if TYPE_CHECKING:
    from telads.store.workspace import Build

Row = Mapping[str, Any]
Grade = Literal["high", "medium", "low"]

GRADES: dict[Grade, Text] = {
    "high": Text("높음", "high"),
    "medium": Text("보통", "medium"),
    "low": Text("낮음", "low"),
}
ADVICE: dict[Grade, Text] = {
    "high": Text(
        "방향이 분명하고 범위가 좁습니다. 제안서에 그대로 쓰셔도 됩니다.",
        "The direction is clear and the range narrow: quote it as it is.",
    ),
    "medium": Text(
        "방향은 맞지만 크기는 달라질 수 있습니다. ‘약’을 붙여 주세요.",
        "The direction holds, the size may differ: say “about”.",
    ),
    "low": Text(
        "우연과 구별되지 않거나 가정에 크게 기댑니다. 근거로 쓰지 마세요.",
        "Not distinguishable from chance, or resting on assumptions: do not argue from it.",
    ),
}
"""What each grade means for whoever quotes the figure."""
NARROW = 0.25
"""Half the width of an interval, as a share of its figure's distance from the average, up to which
the figure is graded high."""
FAR = TIES[AHEAD]
"""Standard deviations from the average from which a figure without an interval is graded medium:
the lead with which a first service is expected to stay first three months ahead."""

Judged = tuple[Grade, Text]


class Trust(NamedTuple):
    """What the card of a field's figures says.

    `plain` is the meaning of all of them, by default that of the field; `says` that of one row's,
    with the figure between asterisks. `ends` are the keys of its interval, and `average` the value
    of the average on the same scale. `judge` grades a row's figure, `sure` all of them. `record` is
    a key of `RECORDS`.
    """

    plain: Text | None = None
    says: Callable[[Row], Text | None] | None = None
    ends: tuple[str, str] | None = None
    average: float = 0.0
    judge: Callable[[Row], Judged | None] | None = None
    sure: Judged | None = None
    record: str = ""


# Of one row. ----------------------------------------------------------------------------------


def of_index(row: Row) -> Text | None:
    """`서울 평균보다 *46%* 더 씁니다`; whether more or less without an index."""
    city, index, score = in_force().city, row.get("index"), row.get("affinity")
    if index is None:
        if score is None:
            return None
        if not round(score, 2):
            return Text(f"{city.ko} 평균만큼 씁니다", f"Used like the {city.en} average")
        more = Text("더", "more") if score > 0 else Text("덜", "less")
        return Text(
            f"{city.ko} 평균보다 *{more.ko}* 씁니다", f"Used *{more.en}* than the {city.en} average"
        )
    percent = round(index) - 100
    if not percent:
        return Text(f"{city.ko} 평균만큼 씁니다", f"Used like the {city.en} average")
    more = Text("더", "more") if percent > 0 else Text("덜", "less")
    return Text(
        f"{city.ko} 평균보다 *{abs(percent)}%* {more.ko} 씁니다",
        f"Used *{abs(percent)}%* {more.en} than the {city.en} average",
    )


def judge_index(row: Row) -> Judged | None:
    """The grade of a use against the city's, by its interval where it has one."""
    low, high = row.get("index_low"), row.get("index_high")
    index, score = row.get("index"), row.get("affinity")
    if index is None:
        low, high = row.get("affinity_low"), row.get("affinity_high")
    value, average = (score, 0.0) if index is None else (index, 100.0)
    if value is None:
        return None
    city = in_force().city
    more = Text("높", "above") if value > average else Text("낮", "below")
    if low is None or high is None:
        return _without_interval(score, index is None)
    if low <= average <= high:
        return "low", Text(
            f"동네마다 차이가 커서 범위에 {city.ko} 평균이 들어 있습니다. 더 쓴다고도 덜 "
            f"쓴다고도 할 수 없습니다.",
            f"Neighbourhoods differ so much that the range holds the {city.en} average: neither "
            f"more nor less can "
            "be said.",
        )
    local = " 다른 {district}의 같은 성별·나이와도 뚜렷이 다릅니다." if _is_local(row) else ""
    local_en = " Clearly different from the same sex and age in other {districts}." if local else ""
    if (high - low) / 2 <= NARROW * abs(value - average):
        return "high", in_force().fill(
            Text(
                f"동네들의 값이 서로 비슷하고, 범위 전체가 {city.ko} 평균보다 "
                f"{more.ko}습니다.{local}",
                f"Its neighbourhoods agree, and the whole range is {more.en} the {city.en} "
                f"average.{local_en}",
            )
        )
    return "medium", in_force().fill(
        Text(
            f"범위 전체가 {city.ko} 평균보다 {more.ko}지만, 차이에 비해 넓습니다. ‘약’을 붙여 "
            f"주세요.{local}",
            f"The whole range is {more.en} the {city.en} average, but wide for that distance: say "
            f"“about”.{local_en}",
        )
    )


def _is_local(row: Row) -> bool:
    return "local" in (row.get("labels") or ())


def _without_interval(score: float | None, indexed: bool) -> Judged | None:
    if score is None:
        return None
    why = (
        Text(
            "표준화 점수로만 공개되는 서비스라 범위도 크기도 알 수 없습니다.",
            "Published as standardised scores only: neither range nor size is known.",
        )
        if indexed
        else Text("범위를 계산하지 않는 값입니다.", "No range is computed for it.")
    )
    if abs(score) < FAR:
        return "low", Text(
            f"{why.ko} 평균과의 차이도 작습니다.", f"{why.en} It is also close to the average."
        )
    return "medium", Text(
        f"{why.ko} 평균과의 차이가 커서 방향은 맞다고 보셔도 됩니다.",
        f"{why.en} It is far from the average, so the direction can be relied on.",
    )


def of_change(row: Row) -> Text | None:
    """`지난달보다 월 *0.7일* 줄었습니다`; None without a month before."""
    change, measure = row.get("change"), in_force().measures[row["service"]]
    if change is None:
        return None
    if row.get("movement") == "still" or not round(change, 2 if measure.is_index else 1):
        return Text("지난달과 *거의 같습니다*", "*About the same* as the month before")
    if measure.is_index:
        return Text(
            "지난달보다 *높아졌습니다*" if change > 0 else "지난달보다 *낮아졌습니다*",
            f"*{'Higher' if change > 0 else 'Lower'}* than the month before",
        )
    amount = f"{abs(change):.1f}"
    return Text(
        f"지난달보다 월 *{amount}일* {'늘었습니다' if change > 0 else '줄었습니다'}",
        f"*{amount} days a month* {'more' if change > 0 else 'less'} than the month before",
    )


def judge_change(row: Row) -> Judged | None:
    """The grade of a change, by its source (method A5)."""
    fill = in_force().fill
    told: dict[str, Judged] = {
        "still": (
            "high",
            Text("달라졌다고 할 만한 차이가 없습니다.", "There is no change to speak of."),
        ),
        "city": (
            "medium",
            fill(
                Text(
                    "{city}의 같은 성별·나이가 함께 움직였습니다. 이 {district}만의 변화는 "
                    "아닙니다.",
                    "The same sex and age moved across {city}: it is not this {district}'s own.",
                )
            ),
        ),
        "local": (
            "medium",
            fill(
                Text(
                    "우연으로 보기 어려운 이 지역만의 변화입니다. 다만 이런 변화는 대개 오래가지 "
                    "않습니다.",
                    "Local, and unlikely to be chance; such changes mostly do not last.",
                )
            ),
        ),
        "noise": (
            "low",
            fill(
                Text(
                    "{city} 전체의 변화가 아니고, 우연으로도 이만큼은 움직입니다.",
                    "Not citywide, and chance alone moves it as much.",
                )
            ),
        ),
    }
    return told.get(row.get("movement") or "")


def of_association(row: Row) -> Text | None:
    """Whether neighbourhoods that use the one use the other."""
    value = row.get("association")
    if value is None:
        return None
    if value > 0:
        return Text(
            "이 서비스를 많이 쓰는 동네가 이 매체도 *더* 씁니다",
            "Neighbourhoods that use the service more use the platform *more*, too",
        )
    return Text(
        "이 서비스를 많이 쓰는 동네가 이 매체를 *더 쓰지는 않습니다*",
        "Neighbourhoods that use the service more do *not* use the platform more",
    )


def judge_association(row: Row) -> Judged | None:
    """The grade of an association, by its interval."""
    low, high, value = row.get("low"), row.get("high"), row.get("association")
    if value is None or low is None or high is None:
        return None
    if low <= 0 <= high:
        return "low", Text(
            "범위에 0이 들어 있어 함께 쓰인다고 할 수 없습니다.",
            "The range holds 0: that they are used together cannot be said.",
        )
    if (high - low) / 2 <= NARROW * abs(value):
        return "high", Text(
            "동네들이 한결같고 범위가 좁습니다.", "Neighbourhoods agree, and the range is narrow."
        )
    return "medium", Text(
        "방향은 분명하지만 범위가 넓습니다.", "The direction is clear, but the range is wide."
    )


def of_reach(row: Row) -> Text | None:
    """`*141만 명*이 한 번 이상 보게 됩니다`."""
    from telads.wording import people

    count = row.get("reached")
    if count is None:
        return None
    return Text(
        f"약 *{people(count, 'ko')}*이 한 번 이상 보게 됩니다",
        f"About *{people(count, 'en')}* see it once or more",
    )


ESTIMATED: Judged = (
    "medium",
    Text(
        "통신 데이터로 추정해 10명 단위로 반올림한 인원입니다. ‘약’을 붙여 주세요.",
        "Estimated from telecom data and rounded to 10: say “about”.",
    ),
)
ASSUMED: Judged = (
    "medium",
    Text(
        "입력하신 CPM, 도달 상한, 도달 곡선에 따라 계산한 값입니다. 가정이 달라지면 함께 "
        "달라집니다.",
        "Computed from the CPM, ceilings and reach curves that were entered: it moves with them.",
    ),
)
# How often such figures were right. -----------------------------------------------------------


class Record(NamedTuple):
    """A figure of the evaluation, and the sentences it stands in."""

    part: str
    measure: str
    beside: Text
    """With `{own}` and `{last}`, what last month alone would give."""
    alone: Text
    """With `{own}`."""
    of_service: bool = False


_ALONE = Text("", "")
RECORDS: dict[str, Record] = {
    "first": Record(
        "services",
        "first",
        Text(
            "지난 달들을 가리고 맞혀 보니 1위 서비스를 *{own}* 맞혔습니다. ‘지난달 그대로’도 "
            "{last}입니다.",
            "Tested on months not seen, the top service was right in *{own}* of cases; simply "
            "last month, {last}.",
        ),
        _ALONE,
    ),
    "precision": Record(
        "services",
        "precision",
        Text(
            "추천한 집단 30개 가운데 *{own}*가 다음 달에도 상위 30개였습니다. ‘지난달 그대로’는 "
            "{last}입니다.",
            "Of 30 recommended groups *{own}* were among the first 30 again a month later; "
            "simply last month, {last}.",
        ),
        _ALONE,
    ),
    "forecast": Record(
        "intervals",
        "forecast_holds",
        _ALONE,
        Text(
            "다음 달의 값은 미리 말한 범위에 *{own}* 들었습니다(열 번 중 여덟 번이 목표입니다).",
            "The next month's value fell into the predicted range in *{own}* of cases (eight "
            "in ten is the aim).",
        ),
        of_service=True,
    ),
    "change": Record(
        "movements",
        "own_keeps_sign",
        _ALONE,
        Text(
            "한 지역만의 변화가 다음 달에도 같은 방향이었던 것은 *{own}*입니다. 앞날의 근거로 "
            "쓰지 마세요.",
            "Local changes went the same way again a month later in *{own}* of cases: do not "
            "argue from them.",
        ),
    ),
    "association": Record(
        "platforms",
        "coverage",
        _ALONE,
        Text(
            "동네를 반으로 나누어 확인하니 나머지 반의 값이 *{own}* 범위에 들었습니다.",
            "Checked on the other half of the neighbourhoods, the range held in *{own}* of cases.",
        ),
    ),
}
UNTESTED = Text(
    "나중의 데이터로 맞았는지 확인할 수 있는 값이 아닙니다.",
    "Later data does not show whether it was right.",
)
NOT_YET = Text(
    "달이 더 쌓이면 얼마나 맞는지 확인해 적습니다.",
    "Shown as soon as there are enough months to test it.",
)

Known = Mapping[tuple[str, str, str, str | None], float]
"""Part, recommender, measure and service of the evaluation -> its value."""


def evaluated(build: Build) -> Known:
    """The figures of a build's evaluation, one month ahead; empty with too few months.

    Computed once for a build, and stored.
    """
    from telads.answers.tables import HELD

    return HELD.get((build.path, __name__, "evaluated"), lambda: _evaluated(build))


def _evaluated(build: Build) -> Known:
    from telads.answers.evaluation import evaluation
    from telads.store.workspace import Store

    try:
        found = evaluation(Store(build.path.parents[1]), 1, build)
    except TeladsError:
        return {}
    return {
        (row["part"], row["recommender"], row["measure"], row["service"]): row["value"]
        for row in found.records
        if row["value"] is not None
    }


def record_text(name: str, service: str | None, known: Known) -> Text:
    """How often figures of a record were right; that it is not known, or cannot be."""
    if not name:
        return UNTESTED
    record = RECORDS[name]
    of = service if record.of_service else None
    own = known.get((record.part, "affinity", record.measure, of))
    last = known.get((record.part, "last", record.measure, of))
    if own is None and record.of_service and known:
        return record_text("first", None, known)  # a service without an index has no interval
    if own is None:
        return NOT_YET if not known else UNTESTED
    if last is None or not record.beside.ko:
        return record.alone.format(own=f"{own:.0%}") if record.alone.ko else UNTESTED
    return record.beside.format(own=f"{own:.0%}", last=f"{last:.0%}")
