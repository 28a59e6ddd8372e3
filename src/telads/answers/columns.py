"""How the columns of answers are headed and written in a table for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from telads.dataset import in_force
from telads.model import Month, Sex
from telads.text import Lang, Text
from telads.wording import figure

Row = dict[str, Any]

LABELS: dict[str, Text] = {
    "tie": Text("다음 달 동률", "tie next month"),
    "tie_ahead": Text("석 달 뒤 동률", "tie in three months"),
    "below_average": Text("평균 아래", "below average"),
    "local": Text("지역 특성", "local"),
    "break": Text("계열 끊김 가능", "possible break"),
}
"""The honesty labels of method A4."""


MOVEMENTS: dict[str, Text] = {
    "still": Text("거의 그대로", "about the same"),
    "city": Text("{city} 전반의 움직임", "a movement all over {city}"),
    "local": Text("이 지역의 움직임(대개 오래가지 않음)", "this district's own, mostly passing"),
    "noise": Text("오차 범위 안의 움직임", "within noise"),
}
"""Whose the latest change was (method A5)."""


class Column(NamedTuple):
    """A column's heading, how a row's value is written, and whether it is a figure."""

    title: Text
    write: Callable[[Row, Lang], str]
    figure: bool = True
    form: str = ""
    """How its figures are written in files that hold figures: a format of Python."""


def _figure(title: Text, name: str, form: str) -> Column:
    def write(row: Row, lang: Lang) -> str:
        return format(row[name], form) if row[name] is not None else "–"

    return Column(title, write, form=form)


def _covered(row: Row, lang: Lang) -> str:
    """A share of people, or that it may not be told."""
    share = row["coverage"]
    return BELOW_FLOOR(lang) if share is None else f"{share:.1%}"


BELOW_FLOOR = Text("공개 최소 인원 미만", "below the floor")
"""Instead of a share of people that fewer people than the floor are known for."""


def _name(name: str) -> Callable[[Row, Lang], str]:
    def write(row: Row, lang: Lang) -> str:
        return (
            in_force().measures[row[name]].text(lang)
            if row[name] in in_force().measures
            else str(row[name] or "–")
        )

    return write


def _month(name: str) -> Callable[[Row, Lang], str]:
    return lambda row, lang: Month.parse(row[name]).text(lang)


def _in_unit(name: str, signed: bool = False) -> Callable[[Row, Lang], str]:
    """A usage in the unit of its service; a change of an index service is one of its affinity."""

    def write(row: Row, lang: Lang) -> str:
        value = row[name]
        if value is None:
            return "–"
        if in_force().measures[row["service"]].is_index:
            return f"{value:+.2f}"
        return (
            f"{value:+.1f}"
            if signed
            else figure(value, in_force().measures[row["service"]].kind, lang)
        )

    return write


def _names(name: str) -> Callable[[Row, Lang], str]:
    def write(row: Row, lang: Lang) -> str:
        return ", ".join(in_force().measures[id].text(lang) for id in row[name] or ())

    return write


def _labels(row: Row, lang: Lang) -> str:
    return ", ".join(LABELS[label](lang) for label in row["labels"])


def _warnings(row: Row, lang: Lang) -> str:
    return "\n".join(row["warnings_ko"] if lang == "ko" else row["warnings_en"])


def _signal(row: Row, lang: Lang) -> str:

    return next(
        f"{signal.text(lang)} ({signal.unit(lang)})"
        for signal in in_force().signals
        if signal.id == row["signal"]
    )


_WORDS: dict[str, Text] = {
    "services": Text("서비스", "services"),
    "platforms": Text("매체", "platforms"),
    "affinity": Text("관심도", "affinity"),
    "classic": Text("2023년 연구", "classic"),
    "last": Text("지난달 그대로", "last month"),
    "mean": Text("모든 달 평균", "mean of months"),
    "city": Text("같은 성별·나이 평균", "mean of sex and age"),
    "ceiling": Text("가능한 한계", "ceiling"),
    "chance": Text("우연(대조)", "chance (control)"),
    "ndcg": Text("NDCG@3", "NDCG@3"),
    "tau": Text("켄들 타우", "Kendall's tau"),
    "first": Text("1위 적중", "first place right"),
    "precision": Text("대상 30 정밀도", "precision@30 of targets"),
    "coverage": Text("80% 구간 포함률", "80 % interval holds"),
    "ties": Text("1위 표시", "ties"),
    "intervals": Text("지수 구간", "intervals"),
    "movements": Text("움직임", "movements"),
    "worth": Text("매체 순서", "worth"),
    "tie": Text("동률 표시: 1위 유지", "labelled a tie: first again"),
    "clear": Text("동률 아님: 1위 유지", "no tie: first again"),
    "lead_0": Text("차이 0.05 미만: 1위 유지", "lead below 0.05: first again"),
    "lead_5": Text("차이 0.05~0.10: 1위 유지", "lead 0.05–0.10: first again"),
    "lead_10": Text("차이 0.10~0.15: 1위 유지", "lead 0.10–0.15: first again"),
    "lead_15": Text("차이 0.15~0.20: 1위 유지", "lead 0.15–0.20: first again"),
    "lead_20": Text("차이 0.20~0.30: 1위 유지", "lead 0.20–0.30: first again"),
    "lead_30": Text("차이 0.30 이상: 1위 유지", "lead from 0.30: first again"),
    "forecast_holds": Text("예측 구간에 든 비율", "80 % forecast interval holds"),
    "forecast_half": Text("예측 구간 반폭(지수)", "half its width, index points"),
    "neighbourhoods_hold": Text("동네 구간에 든 비율", "80 % of neighbourhoods holds"),
    "own_keeps_sign": Text("방향이 이어진 비율", "keeps its sign"),
    "beyond_noise_keeps_sign": Text("오차 밖: 이어진 비율", "beyond noise: keeps its sign"),
    "association_gain": Text("연관 순의 이용 차이",
                             "use met by association"),
    "association_gain_p90": Text("연관 순의 이용 차이(상위 10%)",
                                 "use met by association, p90"),
    "use_gain": Text("이용 순의 이용 차이",
                     "use of platforms by use"),
    "orders_agree": Text("두 순서의 켄들 타우", "tau of both orders"),
}  # fmt: skip
"""Words of the evaluation."""


def _word(name: str) -> Callable[[Row, Lang], str]:
    return lambda row, lang: _WORDS[row[name]](lang) if row[name] in _WORDS else str(row[name])


def method_name(method: str, lang: Lang) -> str:
    """What a recommender is called: `관심도`, `affinity`."""
    return _WORDS[method](lang) if method in _WORDS else method


def _yes(name: str) -> Callable[[Row, Lang], str]:
    return lambda row, lang: Text("예", "yes")(lang) if row[name] else Text("아니요", "no")(lang)


def _won(name: str) -> Callable[[Row, Lang], str]:
    return lambda row, lang: "–" if row[name] is None else f"{row[name]:,}{_WON(lang)}"


_WON = Text("{unit}", " {unit}")
_STATUS: dict[str, Text] = {
    "stayed": Text("그대로", "stayed"),
    "entered": Text("들어옴", "entered"),
    "left": Text("빠짐", "left"),
}
LIMITS: dict[str, Text] = {
    "cap": Text("상한", "cap"),
    "minimum": Text("최소 집행액", "minimum"),
}


def _of(words: dict[str, Text], name: str) -> Callable[[Row, Lang], str]:
    return lambda row, lang: words[row[name]](lang) if row[name] else "–"


GOALS: dict[str, Text] = {
    "reach": Text("도달률(닿을 수 있는 사람 가운데)", "Reach (of those who can be)"),
    "people": Text("도달 인원", "People reached"),
    "frequency": Text("평균 빈도", "Frequency"),
}
"""What the least budget of a plan is told for."""
ASSUMPTIONS: dict[str, Text] = {
    "overlap": Text("매체 사이의 겹침(하한과 상한)", "Overlap of platforms (bounds)"),
    "curves": Text("도달 곡선 ±10%", "Reach curves ±10 %"),
    "ceilings": Text("도달 상한 ±10%", "Ceilings ±10 %"),
    "prices": Text("모든 CPM ±10%", "All prices ±10 %"),
    "budget": Text("예산 ±10%", "Budget ±10 %"),
}
"""What the reach of a plan depends on."""


def _level(row: Row, lang: Lang) -> str:
    value = row["level"]
    if row["goal"] == "reach":
        return f"{value * 100:.3g}%"
    people = Text(f"{value:,.0f}명", f"{value:,.0f}")
    return people(lang) if row["goal"] == "people" else f"{value:g}"


_PLANNING: dict[str, Column] = {
    "budget": Column(Text("예산", "Budget"), _won("budget"), form=",d"),
    "weighted_reach": _figure(Text("목적 값", "Objective"), "weighted_reach", ",d"),
    "reached_2": _figure(Text("2회 이상", "Twice or more"), "reached_2", ",d"),
    "reached_3": _figure(Text("3회 이상", "Three times or more"), "reached_3", ",d"),
    "ceiling": _figure(Text("도달 상한", "Ceiling"), "ceiling", ".0%"),
    "goal": Column(Text("목표", "Goal"), _of(GOALS, "goal"), figure=False),
    "level": Column(Text("값", "Level"), _level),
    "least_budget": Column(Text("최소 예산", "Least budget"), _won("least_budget"), form=",d"),
    "assumption": Column(Text("가정", "Assumption"), _of(ASSUMPTIONS, "assumption"), figure=False),
    "change_low": _figure(Text("적을 때", "Low"), "change_low", "+.1%"),
    "change_high": _figure(Text("많을 때", "High"), "change_high", "+.1%"),
    "spend_share": _figure(Text("비중", "Share"), "spend_share", ".1%"),
    "platform": Column(Text("매체", "Platform"), _name("platform"), figure=False),
    "price": Column(Text("CPM", "CPM"), _won("price"), form=",d"),
    "spend": Column(Text("집행액", "Spend"), _won("spend"), form=",d"),
    "contacts": _figure(Text("계획 노출", "Planned impressions"), "contacts", ",d"),
    "reached": _figure(Text("예상 도달(1회 이상)", "Reach (once or more)"), "reached", ",d"),
    "reached_low": _figure(Text("도달 최소", "At least"), "reached_low", ",d"),
    "reached_high": _figure(Text("도달 최대", "At most"), "reached_high", ",d"),
    "reach_share": _figure(Text("도달률", "Reach"), "reach_share", ".1%"),
    "frequency": _figure(Text("평균 빈도", "Frequency"), "frequency", ".1f"),
    "limit": Column(Text("닿은 한도", "Limit"), _of(LIMITS, "limit"), figure=False),
    "weighted_reach_if_dearer": _figure(
        Text("CPM 10% 오르면", "If 10% dearer"), "weighted_reach_if_dearer", "+.1%"
    ),
    "weighted_reach_if_cheaper": _figure(
        Text("CPM 10% 내리면", "If 10% cheaper"), "weighted_reach_if_cheaper", "+.1%"
    ),
    "status": Column(Text("대상", "Status"), _of(_STATUS, "status"), figure=False),
    "affinity_before": _figure(Text("계획 때", "Planned"), "affinity_before", "+.2f"),
    "affinity_now": _figure(Text("지금", "Now"), "affinity_now", "+.2f"),
    "change_method": _figure(Text("방법·자료 몫", "Method"), "change_method", "+.2f"),
    "spend_before": Column(Text("계획 집행액", "Spend then"), _won("spend_before"), form=",d"),
    "spend_now": Column(Text("새 집행액", "Spend now"), _won("spend_now"), form=",d"),
    "index_first": _figure(Text("첫째 지수", "First's index"), "index_first", ".0f"),
    "affinity_second": _figure(Text("둘째 관심도", "Second"), "affinity_second", "+.2f"),
    "index_second": _figure(Text("둘째 지수", "Second's index"), "index_second", ".0f"),
}
"""Columns of audiences and plans; money is whole won."""

COLUMNS: dict[str, Column] = {
    "rank": _figure(Text("순위", "Rank"), "rank", "d"),
    "month": Column(Text("기준 달", "Month"), _month("month"), figure=False),
    "service": Column(Text("서비스", "Service"), _name("service"), figure=False),
    "district": Column(
        Text("{district}", "{District}"),
        lambda row, lang: in_force().district_name(row["district"], lang),
        figure=False,
    ),
    "sex": Column(Text("성별", "Sex"), lambda row, lang: Sex(row["sex"]).text(lang), figure=False),
    "age": Column(
        Text("나이", "Age"), lambda row, lang: in_force().age_text(row["age"])(lang), figure=False
    ),
    "population": _figure(Text("인원", "People"), "population", ",.0f"),
    "usage": Column(Text("이용량", "Usage"), _in_unit("usage"), form=".2f"),
    "affinity": _figure(Text("관심도", "Affinity"), "affinity", "+.2f"),
    "index": _figure(Text("지수({city}=100)", "Index (city 100)"), "index", ".0f"),
    "index_low": _figure(Text("동네 80% 하한", "Places 80% low"), "index_low", ".0f"),
    "index_high": _figure(Text("동네 80% 상한", "Places 80% high"), "index_high", ".0f"),
    "index_next_low": _figure(Text("다음 달 80% 하한", "Next 80% low"), "index_next_low", ".0f"),
    "index_next_high": _figure(Text("다음 달 80% 상한", "Next 80% high"), "index_next_high", ".0f"),
    "index_ahead_low": _figure(
        Text("석 달 뒤 80% 하한", "In 3 months low"), "index_ahead_low", ".0f"
    ),
    "index_ahead_high": _figure(
        Text("석 달 뒤 80% 상한", "In 3 months high"), "index_ahead_high", ".0f"
    ),
    "change": Column(Text("지난달 대비", "Change"), _in_unit("change", signed=True), form="+.2f"),
    "change_city": Column(
        Text("{city} 또래 몫", "Peers' part"), _in_unit("change_city", True), form="+.2f"
    ),
    "change_local": Column(
        Text("지역 몫", "Local part"), _in_unit("change_local", True), form="+.2f"
    ),
    "movement": Column(Text("움직임", "Movement"), _of(MOVEMENTS, "movement"), figure=False),
    "labels": Column(Text("표시", "Labels"), _labels, figure=False),
    "weight": _figure(Text("가중치", "Weight"), "weight", ".3f"),
    "z": _figure(Text("z", "z"), "z", "+.3f"),
    "score": _figure(Text("점수", "Score"), "score", "+.3f"),
    "excess": _figure(Text("초과 이용량(일/월)", "Excess (days a month)"), "excess", ",.0f"),
    "volume_share": _figure(Text("이용량 비중", "Share of volume"), "volume_share", ".2%"),
    "cumulative_share": _figure(Text("누적 비중", "Running share"), "cumulative_share", ".2%"),
    "platforms": Column(Text("광고 매체", "Platforms"), _names("platforms"), figure=False),
    "association": _figure(Text("연관", "Association"), "association", "+.2f"),
    "low": _figure(Text("80% 하한", "80% low"), "low", "+.2f"),
    "high": _figure(Text("80% 상한", "80% high"), "high", "+.2f"),
    "p_first": _figure(Text("1위일 확률", "Chance of first"), "p_first", ".0%"),
    "tie_group": _figure(Text("동순위 묶음", "Tie group"), "tie_group", "d"),
    "n_cells": _figure(Text("셀 수", "Cells"), "n_cells", "d"),
    "distance": _figure(Text("거리", "Distance"), "distance", ".2f"),
    "closest": Column(Text("가장 닮은 서비스", "Closest in"), _name("closest"), figure=False),
    "farthest": Column(Text("가장 다른 서비스", "Farthest in"), _name("farthest"), figure=False),
    "signal": Column(Text("신호", "Signal"), _signal, figure=False),
    "value": _figure(Text("값", "Value"), "value", ",.1f"),
    "se": _figure(Text("표준오차", "Standard error"), "se", ",.2f"),
    "z_city": _figure(Text("{city} 대비(표준편차)", "Against the city (sd)"), "z_city", "+.2f"),
    "z_peers": _figure(
        Text("같은 성별·나이 대비(표준편차)", "Against sex and age (sd)"), "z_peers", "+.2f"
    ),
    "coverage": Column(Text("자료 비율", "Coverage"), _covered, form=".1%"),
    "first": Column(Text("관측 시작", "Observed from"), _month("first"), figure=False),
    "last": Column(Text("관측 끝", "to"), _month("last"), figure=False),
    "file": Column(Text("파일", "File"), lambda row, _: row["file"], figure=False),
    "rows": _figure(Text("행", "Rows"), "rows", ",d"),
    "masked": _figure(Text("가려진 값", "Masked"), "masked", ",d"),
    "part": Column(Text("무엇", "What"), _word("part"), figure=False),
    "recommender": Column(Text("방법", "Recommender"), _word("recommender"), figure=False),
    "measure": Column(Text("척도", "Measure"), _word("measure"), figure=False),
    "affinity_first": _figure(
        Text("관심도로 1위(집단 수)", "First by affinity (segments)"), "affinity_first", "d"
    ),
    "classic_first": _figure(
        Text("2023년 연구 방식으로 1위", "First by classic"), "classic_first", "d"
    ),
    "both": _figure(Text("둘 다 1위", "First by both"), "both", "d"),
    "cases": _figure(Text("경우 수", "Cases"), "cases", ",d"),
    "ahead": _figure(Text("classic 대비", "Ahead of classic"), "ahead", "+.3f"),
    "ahead_low": _figure(Text("95% 하한", "95% low"), "ahead_low", "+.3f"),
    "ahead_high": _figure(Text("95% 상한", "95% high"), "ahead_high", "+.3f"),
    "synthetic": Column(Text("합성", "Synthetic"), _yes("synthetic"), figure=False),
    "built": Column(Text("계산됨", "Built"), _yes("built"), figure=False),
    **_PLANNING,
    "warnings_ko": Column(Text("주의", "Warnings"), _warnings, figure=False),
}
"""Columns that are not listed here are left out of tables (JSON and CSV have them all)."""

OF_QUESTION: dict[tuple[str, str], Column] = {
    ("overlap", "affinity_first"): _figure(Text("첫째 관심도", "First"), "affinity_first", "+.2f"),
    ("target_platforms", "target"): _figure(Text("대상 순위", "Target's rank"), "target", "d"),
    ("target_platforms", "service"): Column(
        Text("매체", "Platform"), _name("service"), figure=False
    ),
    **{
        ("plan_comparison", name): _figure(title, name, "+.2f")
        for name, title in {
            "change": Text("변화", "Change"),
            "change_city": Text("{city} 전체 몫", "City's part"),
            "change_local": Text("지역 몫", "Local part"),
        }.items()
    },
    ("evaluate", "service"): Column(Text("서비스", "Service"), _name("service"), figure=False),
    ("evaluate", "value"): _figure(Text("값", "Value"), "value", ".3f"),
    ("evaluate", "low"): _figure(Text("95% 하한", "95% low"), "low", ".3f"),
    ("evaluate", "high"): _figure(Text("95% 상한", "95% high"), "high", ".3f"),
}
"""Columns that mean something else in one question."""


def column_of(question: str, name: str) -> Column | None:
    """How a question's column is shown; None where it is left out."""
    return OF_QUESTION.get((question, name)) or COLUMNS.get(name)
