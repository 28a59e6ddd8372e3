"""The services and measures of the citizen life data: names, units, and how files spell them.

To add a service or a measure, add one entry here; nothing else names them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from telads.errors import IndexRefused, UnknownChoice, choose
from telads.text import Text, typed

Kind = Literal[
    "days", "index", "people", "minutes", "seconds", "km", "count", "won", "percent", "gb"
]
"""`index`: published as a standardised score (z), its scale set anew each month:
no ratios, no percentages, no sums. Every other kind is a quantity that cannot be negative."""

Topic = Literal["service", "people", "mobility", "communication", "payment"]
"""`payment` measures (overdue bills, micropayments) are never used to choose an audience."""

UNITS: dict[Kind, Text] = {
    "days": Text("일/월", "days a month"),
    "index": Text("표준화 지수", "standardised index"),
    "people": Text("명", "people"),
    "minutes": Text("분", "minutes"),
    "seconds": Text("초", "seconds"),
    "km": Text("km", "km"),
    "count": Text("회", "times"),
    "won": Text("원", "won"),
    "percent": Text("%", "%"),
    "gb": Text("GB", "GB"),
}


@dataclass(frozen=True)
class Measure:
    """One column of the data. `headers` are the spellings seen in files, the portal's own first."""

    id: str
    text: Text
    kind: Kind
    topic: Topic
    headers: tuple[str, ...]
    unestimated: str = ""
    """The portal's header of the people it was not estimated for, where that is not made of the
    measure's own."""

    @property
    def unit(self) -> Text:
        """The unit of the published figure."""
        return UNITS[self.kind]

    @property
    def is_index(self) -> bool:
        """Whether the source is already standardised, so that ratios mean nothing."""
        return self.kind == "index"

    @property
    def may_be_negative(self) -> bool:
        """Whether a value below zero is valid."""
        return self.kind == "index"


def _measure(
    id: str, ko: str, en: str, kind: Kind, topic: Topic, header: str, *variants: str,
    unestimated: str = "",
) -> Measure:  # fmt: skip
    return Measure(id, Text(ko, en), kind, topic, (header, *variants), unestimated)


SERVICES: tuple[Measure, ...] = (
    _measure("game", "게임", "Games", "days", "service", "게임 서비스 사용일수"),
    _measure("finance", "금융", "Finance", "days", "service", "금융 서비스 사용일수"),
    _measure("shopping", "쇼핑", "Shopping", "days", "service", "쇼핑 서비스 사용일수"),
    _measure(
        "video", "동영상·방송", "Video", "days", "service",
        "동영상/방송 서비스 사용일수", "동영상·방송 서비스 사용일수", "동영상 방송 서비스 사용일수",
    ),
    _measure("youtube", "유튜브", "YouTube", "index", "service", "유튜브 사용일수"),
    _measure("netflix", "넷플릭스", "Netflix", "index", "service", "넷플릭스 사용일수"),
    _measure("delivery", "배달", "Delivery", "days", "service", "배달 서비스 사용일수",
             unestimated="배달 서비스 사용 미추정 인구수"),
)  # fmt: skip
"""The seven services, in the order that breaks ties."""

MEASURES: tuple[Measure, ...] = (
    _measure("population", "총인구", "Population", "people", "people",
             "총인구수", "총인구", "총 인구수", "인구수"),
    _measure("single_households", "1인가구", "Single-person households", "people", "people",
             "1인가구수", "1인 가구수"),
    _measure("commute_minutes", "출근 소요시간", "Commute", "minutes", "mobility",
             "평균 출근 소요시간 평균", "평균 출근 소요시간", "출근 소요시간 평균"),
    _measure("work_minutes", "근무시간", "Working time", "minutes", "mobility",
             "평균 근무시간 평균", "평균 근무시간", "근무시간 평균"),
    _measure("no_micropayment_people", "소액결제 비사용 인구", "People without micropayments",
             "people", "payment", "소액결재 비사용 인구수", "소액결제 비사용 인구수"),
    _measure("micropayment_count", "소액결제 횟수", "Micropayments", "count", "payment",
             "소액결재 사용횟수 평균", "소액결제 사용횟수 평균"),
    _measure("micropayment_won", "소액결제 금액", "Micropayment amount", "won", "payment",
             "소액결재 사용금액 평균", "소액결제 사용금액 평균"),
    _measure("overdue_percent", "최근 3개월 요금 연체 비율", "Overdue bills in three months",
             "percent", "payment", "최근 3개월 내 요금 연체 비율"),
    _measure("no_kakaotalk_people", "카카오톡 비사용 인구", "People without KakaoTalk",
             "people", "communication", "카카오톡 비사용 인구수"),
    _measure("sns", "SNS 사용", "Social networks", "index", "communication", "SNS 사용횟수"),
    _measure("calls", "통화량", "Calls", "count", "communication", "평균 통화량"),
    _measure("messages", "문자량", "Messages", "count", "communication", "평균 문자량"),
    _measure("call_partners", "통화대상자 수", "People called", "people", "communication",
             "평균 통화대상자 수"),
    _measure("message_partners", "문자대상자 수", "People messaged", "people", "communication",
             "평균 문자대상자 수"),
    _measure("data_gb", "데이터 사용량", "Mobile data", "gb", "communication", "데이터 사용량"),
    _measure("weekday_trips", "평일 이동 횟수", "Weekday trips", "count", "mobility",
             "평일 총 이동 횟수"),
    _measure("holiday_trips", "휴일 이동 횟수", "Holiday trips", "count", "mobility",
             "휴일 총 이동 횟수 평균", "휴일 총 이동 횟수", unestimated="휴일 이동 미추정 인구수"),
    _measure("weekday_home_seconds", "평일 집 체류시간", "Weekday time at home", "seconds",
             "mobility", "집 추정 위치 평일 총 체류시간"),
    _measure("holiday_home_seconds", "휴일 집 체류시간", "Holiday time at home", "seconds",
             "mobility", "집 추정 위치 휴일 총 체류시간"),
    _measure("weekday_distance", "평일 이동 거리", "Weekday distance", "km", "mobility",
             "평일 총 이동 거리 합계", "평일 총 이동 거리"),
    _measure("holiday_distance", "휴일 이동 거리", "Holiday distance", "km", "mobility",
             "휴일 총 이동 거리 합계", "휴일 총 이동 거리"),
    _measure("subway_days", "지하철 이동일수", "Subway days", "days", "mobility",
             "지하철이동일수 합계", "지하철 이동일수"),
    *SERVICES,
    _measure("delivery_brand", "배달 브랜드", "Delivery brands", "days", "communication",
             "배달_브랜드 서비스 사용일수", "배달 브랜드 서비스 사용일수"),
    _measure("delivery_grocery", "배달 식재료", "Grocery delivery", "days", "communication",
             "배달_식재료 서비스 사용일수", "배달 식재료 서비스 사용일수"),
    _measure("home_changes", "야간상주지 변경 횟수", "Moves of home", "count", "mobility",
             "야간상주지 변경횟수", "야간상주지 변경횟수 평균"),
    _measure("workplace_changes", "주간상주지 변경 횟수", "Moves of workplace", "count", "mobility",
             "주간상주지 변경횟수", "주간상주지 변경횟수 평균"),
)  # fmt: skip

COUNTED = frozenset({"single_households", "no_micropayment_people", "no_kakaotalk_people"})
"""Measures that count people of a cell and are no averages: told as shares of its people."""

SERVICE_IDS: tuple[str, ...] = tuple(service.id for service in SERVICES)
BY_ID: dict[str, Measure] = {measure.id: measure for measure in MEASURES}


def service(name: str) -> Measure:
    """The service with this id, Korean name or English name; raises `UnknownChoice`."""
    wanted = typed(name)
    for candidate in SERVICES:
        if wanted in {candidate.id, candidate.text.ko, candidate.text.en.casefold()}:
            return candidate
    raise UnknownChoice(
        Text("그런 서비스는 없습니다.", "There is no such service."),
        choose(name, (Text(one.text.ko, one.id) for one in SERVICES)),
        value=name,
    )


def shown(measure: Measure) -> Measure:
    """The measure as the tables of a build hold it: counts of people as percentages."""
    return replace(measure, kind="percent") if measure.id in COUNTED else measure


def refuse_index(measure: Measure, asked: Text) -> None:
    """Raise `IndexRefused` where `asked` (a ratio, a sum) has no meaning for the measure."""
    if measure.is_index:
        raise IndexRefused(
            Text(
                f"{measure.text.ko}: {asked.ko} 계산은 할 수 없습니다. "
                "원자료가 이미 표준화된 지수로 공개됩니다.",
                f"{measure.text.en} has no {asked.en}: the source is already standardised.",
            ),
            Text("관심도(affinity)로 물어봐 주세요.", "Ask by affinity instead."),
        )
