"""What the signals of a segment are said to speak for."""

from __future__ import annotations

import pytest

from telads.answers.sentences import of_stale_signals
from telads.answers.tables import people
from telads.method.signals import CLEARLY, hint_of
from telads.model import Month
from telads.store.workspace import Build
from tests.asked import signals
from tests.seoul import SEOUL

SUBWAY = "subway_days"
TRANSIT = "대중교통"


@pytest.mark.seoul
@pytest.mark.parametrize("month", ["2023-06", None])
def test_who_seldom_takes_the_subway_is_not_sent_to_it(
    seoul_build: Build, month: str | None
) -> None:
    label = Month.parse(month) if month else seoul_build.months[-1]
    seldom = roads = 0
    for segment in people(seoul_build)[str(label)]:
        answer = signals(seoul_build, *segment, label)
        z = {row["signal"]: row["z_peers"] for row in answer.records}
        told = " ".join(sentence.ko for sentence in answer.sentences)
        roads += "차량 이동" in told
        if z[SUBWAY] <= -CLEARLY:
            seldom += 1
            assert TRANSIT not in told, segment
    assert seldom > 20
    assert roads > 0


def test_distance_speaks_for_transit_unless_the_subway_is_clearly_seldom() -> None:
    subway, far = (next(s for s in SEOUL.signals if s.id == id)
                   for id in (SUBWAY, "weekday_trip_distance"))  # fmt: skip
    for z, transit in ((-1.81, False), (-1.0, False), (-0.99, True), (None, True)):
        assert (TRANSIT in hint_of(far, {SUBWAY: z}).ko) == transit
    assert TRANSIT in hint_of(far, {}).ko
    assert TRANSIT in hint_of(subway, {SUBWAY: -2.0}).ko  # what a high value speaks for


@pytest.mark.seoul
def test_signals_that_no_month_renewed_say_so(seoul_build: Build, twin_build: Build) -> None:
    """The portal's seven files hold the same mobility."""
    asked = ("강남구", "F", 30)
    stale = "지난달과 값이 같습니다"
    assert stale in signals(seoul_build, *asked, "2023-07").sentences[-1].ko
    for answer in (signals(seoul_build, *asked, "2023-01"), signals(twin_build, *asked)):
        assert not any(stale in sentence.ko for sentence in answer.sentences)


def test_a_few_stale_signals_are_named() -> None:
    (told,) = of_stale_signals(["commute_minutes"], 5)
    assert told.ko.startswith("모든 집단에서 출근 소요시간은 지난달과 값이 같습니다.")
    assert "the same commute" in told.en
    assert of_stale_signals([], 5) == ()
