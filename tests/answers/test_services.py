from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from telads.answers.choices import largest_segment
from telads.answers.customers import movement_of
from telads.answers.tables import KEY, read
from telads.errors import UnknownChoice
from telads.model import Sex
from telads.store.workspace import Build
from telads.text import Lang
from tests.asked import history, services
from tests.seoul import AGES, SERVICES

TITLE: dict[Lang, int] = {"ko": 42, "en": 84}
"""Characters of a title that takes two lines on a phone."""


def test_every_segment_and_month_has_all_services_ranked(twin_build: Build) -> None:
    districts = read(twin_build, "segments")["district"].unique().to_list()
    assert len(districts) == 25
    for month in twin_build.months[-2:]:
        for district in districts:
            for sex in Sex:
                for age in AGES:
                    rows = services(twin_build, district, sex, age, month).rows
                    assert rows["rank"].to_list() == list(range(1, len(SERVICES) + 1))
                    assert rows["affinity"].is_sorted(descending=True)


def test_an_answer_says_what_it_is_of(twin_build: Build) -> None:
    answer = services(twin_build, "gangnam", "여", "30대", "2023-03")
    assert answer.parameters == {"district": "강남구", "sex": Sex.FEMALE, "age": 30}
    assert answer.window == ("2022-12", "2023-02")
    assert answer.synthetic
    assert answer.build == twin_build.name
    assert isinstance(answer.facts["population"], int)
    assert answer.facts["population"] % 10 == 0


def test_an_index_service_has_no_ratio_and_its_change_is_one_of_affinity(
    twin_build: Build,
) -> None:
    rows = services(twin_build, "강남구", "F", 30).rows
    indexed = rows.filter(pl.col("service").is_in(["youtube", "netflix"]))
    assert indexed["index"].null_count() == 2
    assert indexed["index_low"].null_count() == 2
    days = rows.filter(~pl.col("service").is_in(["youtube", "netflix"]))
    assert (days["index_low"] < days["index"]).all()
    assert (days["index"] < days["index_high"]).all()


def test_a_change_is_its_two_parts(seoul_build: Build) -> None:
    rows = services(seoul_build, "마포구", "M", 20, "2023-05").rows
    parts = rows["change_city"] + rows["change_local"]
    assert (parts - rows["change"]).abs().max() < 0.006  # type: ignore[operator]
    before = services(seoul_build, "마포구", "M", 20, "2023-04").rows
    moved = (
        rows.join(before, on="service").filter(pl.col("service") == "shopping").row(0, named=True)
    )
    assert moved["usage"] - moved["usage_right"] == pytest.approx(moved["change"], abs=0.11)


def test_the_first_month_has_no_change(seoul_build: Build) -> None:
    rows = services(seoul_build, "마포구", "M", 20, "2023-01").rows
    assert rows["change"].null_count() == rows.height


def test_labels_follow_the_figures(seoul_build: Build) -> None:
    seen = set()
    for age in AGES:
        for sex in Sex:
            rows = services(seoul_build, "노원구", sex, age, "2023-06").rows
            gap = rows["affinity"][0] - rows["affinity"][1]
            for row in rows.to_dicts():
                seen |= set(row["labels"])
                assert ("below_average" in row["labels"]) == (row["affinity"] < 0)
                tied = gap < 0.10 and rows["affinity"][0] - row["affinity"] < 0.10
                assert ("tie" in row["labels"]) == tied
    assert seen == {"tie", "tie_ahead", "below_average", "local"}


def test_people_of_sixty_and_over_are_below_average(seoul_build: Build) -> None:
    old = read(seoul_build, "services").filter(pl.col("age") >= 60)
    assert old.height == 7 * 100 * len(SERVICES)
    assert (old["affinity"] < 0).all()


def test_the_sentence_says_tie_and_below_average(seoul_build: Build) -> None:
    answer = services(seoul_build, "노원구", "M", 70)
    assert "평균보다 덜" in answer.sentences[0].ko
    assert "less than average" in answer.sentences[0].en
    assert "closest to the Seoul average" in answer.sentences[1].en


def agrees(build: Build) -> None:
    """Affinity, index, excess, badge and sentence measure from one mean, the person's."""
    rows = read(build, "services").drop_nulls("index")
    assert rows.height > 1000
    above = rows["standing"] > 0
    assert (above == (rows["excess"] > 0)).all()
    # Published figures are rounded: a shown 100.0 may be on either side.
    told = rows.filter(pl.col("index") != 100)
    assert ((told["affinity"] >= 0) | (told["index"] < 100)).all()
    assert ((told["affinity"] <= 0) | (told["index"] > 100)).all()
    assert (rows.filter((pl.col("index") - 100).abs() > 0.1)["affinity"] != 0).all()
    people = pl.col("population")
    mean = (pl.col("affinity") * people).sum() / people.sum()
    means = read(build, "services").group_by("month", "service").agg(mean.alias("mean"))["mean"]
    assert np.abs(means.to_numpy()).max() < 0.001  # of index services, too
    for month in build.months:
        for district, sex, age in (("강남구", "F", 50), ("관악구", "M", 20), ("노원구", "F", 70)):
            found = services(build, district, sex, age, month).records
            for row in found:
                if row["index"] is not None and abs(row["index"] - 100) > 0.1:
                    assert ("below_average" in row["labels"]) == (row["index"] < 100)


@pytest.mark.seoul
def test_affinity_is_above_zero_exactly_where_the_index_is_above_100(seoul_build: Build) -> None:
    agrees(seoul_build)


def test_the_twin_has_one_average_too(twin_build: Build) -> None:
    agrees(twin_build)


@pytest.mark.seoul
def test_movements_are_told_in_figures_that_are_seen_and_an_index_by_its_affinity(
    seoul_build: Build,
) -> None:
    told = [
        (services(seoul_build, district, sex, age, "2023-06").rows.row(0, named=True)["service"],
         services(seoul_build, district, sex, age, "2023-06").sentences[2])
        for district in ("강남구", "강서구", "중구") for sex in "MF" for age in AGES
    ]  # fmt: skip
    assert {service for service, _ in told} & {"netflix", "youtube"}
    for service, sentence in told:
        indexed = service in {"netflix", "youtube"}
        assert ("이용 강도는 지난달" in sentence.ko) == indexed
        assert sentence.en.startswith("Their usage score for" if indexed else "Their use of")
        assert " 0.0일" not in sentence.ko


@pytest.mark.seoul
def test_classic_orders_by_its_score(seoul_build: Build) -> None:
    rows = services(seoul_build, "강남구", "F", 30, method="classic").rows
    assert rows["score"].is_sorted(descending=True)
    assert (rows["weight"] * rows["z"] - rows["score"]).abs().max() < 1e-3  # type: ignore[operator]


@pytest.mark.parametrize(
    "asked",
    [
        ("없는구", "F", 30, None, "affinity"),
        ("강남구", "X", 30, None, "affinity"),
        ("강남구", "F", 35, None, "affinity"),
        ("강남구", "F", 30, "2020-01", "affinity"),
        ("강남구", "F", 30, "June", "affinity"),
        ("강남구", "F", 30, None, "magic"),
    ],
)
def test_a_wrong_choice_names_what_is_possible(
    twin_build: Build, asked: tuple[str, str, int, str | None, str]
) -> None:
    with pytest.raises(UnknownChoice) as caught:
        services(twin_build, *asked)
    assert caught.value.advice is not None


def test_history_ranks_every_month(seoul_build: Build) -> None:
    rows = history(seoul_build, "강남구", "F", 30).rows
    assert rows.height == 7 * len(SERVICES)
    for month in seoul_build.months:
        own = rows.filter(pl.col("month") == str(month))
        now = services(seoul_build, "강남구", "F", 30, month).rows
        assert own["service"].to_list() == now["service"].to_list()


def test_a_movement_belongs_to_the_larger_part_to_noise_or_to_nobody() -> None:
    rows = pl.DataFrame(
        [
            ("delivery", 20.0, 2.0, 1.5, 0.5, 0.1, "city"),
            ("delivery", 20.0, 2.0, -0.5, 2.5, 0.9, "local"),
            ("delivery", 20.0, 2.0, -0.5, 2.5, 1.0, "noise"),
            ("delivery", 20.0, 2.0, -0.5, 2.5, None, "noise"),
            ("delivery", 20.0, 0.09, 5.0, -4.91, 0.1, "still"),
            ("netflix", 0.1, 0.09, 0.01, 0.08, 0.02, "local"),
            ("netflix", 0.1, 0.09, 0.01, 0.08, 0.04, "noise"),
            ("netflix", 0.1, 0.04, 0.01, 0.03, 0.0, "still"),
            ("delivery", 20.0, None, None, None, None, None),
        ],
        schema=["service", "usage", "change", "change_city", "change_local", "change_error", "is"],
        orient="row",
    )
    assert rows.select(movement_of().alias("is"))["is"].to_list() == rows["is"].to_list()


@pytest.mark.parametrize("name", ["seoul_build", "twin_build"])
def test_no_movement_is_called_a_districts_own_within_noise(
    name: str, request: pytest.FixtureRequest
) -> None:
    """On every door that tells whose it was: the answer's rows and its sentence."""
    build: Build = request.getfixturevalue(name)
    table = read(build, "services")
    noise = table.filter(pl.col("change_local").abs() <= 2.576 * pl.col("change_error"))
    within = set(noise.select(("month", *KEY, "service")).iter_rows())
    unclear = 0
    for month, district, sex, age in table.select("month", *KEY).unique().iter_rows():
        answer = services(build, district, sex, age, month)
        for row in answer.records:
            if row["movement"] == "local":
                assert (month, district, sex, age, row["service"]) not in within
        if answer.records[0]["movement"] == "noise":
            unclear += 1
            assert "오차 범위" in answer.sentences[2].ko
            assert "within the margin of error" in answer.sentences[2].en
        if answer.records[0]["movement"] == "local":
            assert "오래가지 않습니다" in answer.sentences[2].ko
            assert "do not last" in answer.sentences[2].en
    assert unclear


@pytest.mark.seoul
def test_a_tie_is_told_by_the_months_ahead_it_holds_for(seoul_build: Build) -> None:
    """From full precision, in every segment: 0.10 for the next month, 0.20 three months ahead."""
    table = read(seoul_build, "services").filter(pl.col("month") == "2023-07")
    counted = dict.fromkeys(("tie", "tie_ahead", "clear"), 0)
    for (district, sex, age), of in table.group_by(KEY, maintain_order=True):
        exact = dict(of.select("service", "standing").iter_rows())
        best = sorted(exact.values(), reverse=True)
        lead = best[0] - best[1]
        expected = {
            service: "tie" if lead < 0.10 and best[0] - value < 0.10
            else "tie_ahead" if lead < 0.20 and best[0] - value < 0.20 else None
            for service, value in exact.items()
        }  # fmt: skip
        answer = services(seoul_build, str(district), str(sex), int(str(age)), "2023-07")
        for row in answer.records:
            found = [label for label in row["labels"] if label.startswith("tie")]
            assert found == [label for label in [expected[row["service"]]] if label]
        later = "석 달 뒤" in answer.sentences[1].ko
        for lang, most in TITLE.items():
            assert len(answer.sentences[0](lang)) <= most
        if later:
            assert 0.10 <= lead < 0.20
        counted["tie" if lead < 0.10 else "tie_ahead" if lead < 0.20 else "clear"] += 1
    assert min(counted.values()) > 30


@pytest.mark.seoul
def test_forecast_intervals_are_of_the_months_before_alone(seoul_build: Build) -> None:
    """Null with fewer than four predicted months, equally for all segments of a service."""
    rows = read(seoul_build, "services")
    for ahead, first in (("next", 4), ("ahead", 6)):
        low, high = f"index_{ahead}_low", f"index_{ahead}_high"
        known = rows.drop_nulls(low)["month"].unique().sort().to_list()
        assert known == [str(month) for month in seoul_build.months[first:]]
        wide = rows.drop_nulls(low).with_columns(half=(pl.col(high) - pl.col(low)) / 2)
        by = wide.group_by("month", "service").agg(pl.col("half").max() - pl.col("half").min())
        assert (by["half"] < 0.2).all()  # alike, but for rounding
        assert wide.filter(pl.col("service").is_in(["youtube", "netflix"])).is_empty()
    facts = services(seoul_build, "강남구", "F", 30, "2023-07").facts
    assert (facts["foretold_next"], facts["foretold_ahead"]) == (6, 4)


def test_the_example_is_the_largest_segment(twin_build: Build) -> None:
    month = twin_build.months[-1]
    people = read(twin_build, "segments").filter(pl.col("month") == str(month))
    example = services(twin_build, *largest_segment(twin_build, month), month)
    assert example.facts["population"] == round(float(people["population"].max()) / 10) * 10  # type: ignore[arg-type]
