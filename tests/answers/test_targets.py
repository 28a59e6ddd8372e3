from __future__ import annotations

import polars as pl
import pytest

from telads.answers.advertisers import of_targets
from telads.answers.choices import age_of, count_of
from telads.answers.tables import read
from telads.errors import IndexRefused, UnknownChoice
from telads.store.workspace import Build
from tests.asked import platforms, services, targets
from tests.seoul import AGES, SEOUL


def test_targets_are_in_the_order_asked_for(seoul_build: Build) -> None:
    for by in ("affinity", "excess"):
        rows = targets(seoul_build, "delivery", by, 300).rows
        assert rows[by].is_sorted(descending=True)
        assert rows["rank"].to_list() == list(range(1, 301))
    by_volume = targets(seoul_build, "delivery", "volume", 300).rows
    assert by_volume["volume_share"].is_sorted(descending=True)


@pytest.mark.parametrize("by", ["affinity", "excess", "volume"])
def test_the_first_targets_are_those_of_all_segments(twin_build: Build, by: str) -> None:
    column = "volume_share" if by == "volume" else by
    every = targets(twin_build, "delivery", by, 300).rows
    assert every[column].is_sorted(descending=True)
    assert every[column].n_unique() > 50
    assert targets(twin_build, "delivery", by, 10).rows[column].equals(every[column].head(10))
    if by != "affinity":
        affinities = targets(twin_build, "delivery", "affinity", 10).rows
        assert not targets(twin_build, "delivery", by, 10).rows[column].equals(affinities[column])


def test_affinity_and_excess_agree_less_than_one_would_think(seoul_build: Build) -> None:
    shared = [
        set(targets(seoul_build, "delivery", by, 30, "2023-06").rows.select(
            pl.concat_str("district", "sex", "age")).to_series())
        for by in ("affinity", "excess")
    ]  # fmt: skip
    assert len(shared[0] & shared[1]) == 21


def test_shares_run_up_to_the_whole(seoul_build: Build) -> None:
    answer = targets(seoul_build, "shopping", top=300)
    assert answer.rows["cumulative_share"][-1] == pytest.approx(1)
    assert answer.facts["volume_share"] == pytest.approx(1)
    assert answer.facts["population_share"] == pytest.approx(1)


def test_sizes_are_rounded_so_that_no_exact_number_shows(seoul_build: Build) -> None:
    rows = targets(seoul_build, "delivery", "excess", 300).rows
    assert (rows["population"] % 10 == 0).all()
    assert (rows["excess"] % 10 == 0).all()


def test_one_segment_is_told_as_one(twin_build: Build) -> None:
    one, two = (targets(twin_build, "game", top=top).sentences[1].en for top in (1, 2))
    assert one.startswith("This group is ")
    assert two.startswith("These 2 groups are ")
    index = targets(twin_build, "youtube", top=1).sentences[1].en
    assert index.startswith("This group is ")


@pytest.mark.parametrize("by", ["affinity", "excess"])
def test_a_list_of_nobody_above_the_mean_says_so(seoul_build: Build, by: str) -> None:
    answer = targets(seoul_build, "delivery", by, month="2023-07", sex="F", age=70)
    assert answer.rows["index"].max() < 100  # type: ignore[operator]
    assert answer.rows["affinity"].is_sorted(descending=True)
    assert "고르신 조건에는 배달을 평균보다 많이 쓰는 집단이 없습니다." in answer.sentences[0].ko
    assert "uses delivery more than average" in answer.sentences[0].en
    young = targets(seoul_build, "delivery", by, month="2023-07", age=30)
    assert "1위 집단은" in young.sentences[0].ko


def test_filters_keep_to_the_choice(twin_build: Build) -> None:
    rows = targets(twin_build, "game", top=300, district="마포", sex="M", age="20").rows
    assert rows.select("district", "sex", "age").rows() == [("마포구", "M", 20)]
    assert targets(twin_build, "game", top=300, sex="F").rows.height == 150


@pytest.mark.parametrize("age", AGES)
def test_an_age_is_understood_as_the_answers_write_it(age: int) -> None:
    assert [age_of(name) for name in (age, str(age), f" {age}대", *SEOUL.age_text(age))] == [
        age
    ] * 5


@pytest.mark.parametrize("age", ["20+", "30 and over", "60대 이상", "30-40", "70-79", "35", "", 0])
def test_an_age_that_is_no_band_is_refused(twin_build: Build, age: str | int) -> None:
    with pytest.raises(UnknownChoice, match="20, 30, 40, 50, 60, 70"):
        age_of(age)
    if age != "":
        with pytest.raises(UnknownChoice):
            targets(twin_build, "game", age=age)


def test_an_index_service_has_no_sum(twin_build: Build) -> None:
    for by in ("excess", "volume"):
        with pytest.raises(IndexRefused):
            targets(twin_build, "youtube", by)
    answer = targets(twin_build, "youtube")
    assert answer.rows["index"].null_count() == 10
    assert answer.facts["volume_share"] is None


@pytest.mark.parametrize("top", [0, -1, 301, 10**9])
def test_an_impossible_number_of_rows(twin_build: Build, top: int) -> None:
    with pytest.raises(UnknownChoice):
        targets(twin_build, "game", top=top)


@pytest.mark.parametrize("top", ["", "ten", "1.5", "9" * 5000])
def test_a_number_of_rows_that_is_none(top: str) -> None:
    with pytest.raises(UnknownChoice):
        count_of(top)
    assert count_of("300") == 300


def test_each_target_has_platforms_of_its_own(seoul_build: Build) -> None:
    rows = targets(seoul_build, "delivery", top=30, platforms=True).rows
    assert len({tuple(row) for row in rows["platforms"].to_list()}) > 1
    for row in rows.head(3).to_dicts():
        own = platforms(seoul_build, "delivery", row["district"], row["sex"], row["age"]).rows
        front = own.filter(pl.col("tie_group") == 1)["service"].to_list()
        assert row["platforms"] == front


def test_the_platforms_of_a_list_are_those_of_each_target(seoul_build: Build) -> None:
    for method in ("affinity", "classic"):
        found = targets(seoul_build, "delivery", top=4, month="2023-05", method=method, sex="F")
        rows = of_targets(seoul_build, found).rows
        assert rows["target"].to_list() == [rank for rank in (1, 2, 3, 4) for _ in range(6)]
        for row in found.rows.to_dicts():
            segment = (row["district"], row["sex"], row["age"])
            own = platforms(seoul_build, "delivery", *segment, "2023-05", method).rows
            listed = rows.filter(pl.col("target") == row["rank"])
            assert listed.select(own.columns).rows() == own.rows()


def test_classic_targets_are_in_the_order_of_z(seoul_build: Build) -> None:
    rows = targets(seoul_build, "finance", top=300, method="classic").rows
    assert rows["z"].is_sorted(descending=True)


def test_platforms_come_with_their_uncertainty(seoul_build: Build) -> None:
    answer = platforms(seoul_build, "배달", "강남구", "F", 30, "2023-06", by="association")
    rows = answer.rows
    assert rows["rank"].to_list() == [1, 2, 3, 4, 5, 6]
    assert "delivery" not in rows["service"]
    assert rows["association"].is_sorted(descending=True)
    assert (rows["low"] < rows["association"]).all()
    assert (rows["association"] < rows["high"]).all()
    assert rows["p_first"].sum() == pytest.approx(1, abs=1e-3)
    assert rows["tie_group"].is_sorted()
    assert (rows["n_cells"] == 44).all()


def test_the_first_platform_is_among_the_most_used(twin_build: Build) -> None:
    others = 0
    for age in AGES:
        rows = platforms(twin_build, "delivery", "강남구", "F", age).rows
        groups = rows.group_by("tie_group").agg(pl.col("affinity").max()).sort("tie_group")
        assert groups["affinity"].is_sorted(descending=True)
        assert groups["affinity"][0] == rows["affinity"].max()
        by_association = platforms(
            twin_build, "delivery", "강남구", "F", age, by="association"
        ).rows
        assert by_association["association"].is_sorted(descending=True)
        others += rows["service"].to_list() != by_association["service"].to_list()
    assert others, "both orders are never the same for all"


def test_platform_sentences_are_of_neighbourhoods_not_persons(seoul_build: Build) -> None:
    answer = platforms(seoul_build, "배달", "강남구", "F", 30, "2023-06", by="association")
    assert "neighbourhoods where delivery is used more" in answer.sentences[0].en
    assert "동네일수록" in answer.sentences[0].ko


def test_classic_platforms_are_the_study_s_correlations(seoul_build: Build) -> None:
    rows = platforms(seoul_build, "배달", "강남구", "F", 30, method="classic").rows
    assert rows["association"].is_sorted(descending=True)
    assert rows["low"].null_count() == 6
    assert (rows["n_cells"] == 22).all()  # neighbourhoods: their ages are averaged
    stored = read(seoul_build, "classic_platforms")
    assert stored.height == 300 * 42


@pytest.mark.parametrize("platforms", [True, False])
def test_an_unknown_order_of_platforms_is_refused_unused_too(
    twin_build: Build, platforms: bool
) -> None:
    with pytest.raises(UnknownChoice):
        targets(twin_build, "delivery", platforms=platforms, platforms_by="AAA")


def test_platforms_come_by_use_and_association_breaks_the_ties(seoul_build: Build) -> None:
    """Against plain Python over the figures in full precision, for every target of a list."""
    found = targets(seoul_build, "delivery", top=300, platforms=True)
    exact = {
        tuple(key): standing
        for *key, standing in read(seoul_build, "services")
        .filter(month="2023-07")
        .select("district", "sex", "age", "service", "standing")
        .iter_rows()
    }
    tied = 0
    for target in found.records:
        segment = (target["district"], target["sex"], target["age"])
        answer = platforms(seoul_build, "delivery", *segment)
        assert answer.parameters["by"] == "use"
        use = {row["service"]: exact[(*segment, row["service"])] for row in answer.records}
        best = sorted(use, key=lambda service: -use[service])
        groups: dict[str, int] = {}
        leader = best[0]
        for service in best:
            if use[leader] - use[service] >= 0.10:
                leader = service
            groups[service] = best.index(leader)
        association = {row["service"]: row["association"] for row in answer.records}
        expected = sorted(best, key=lambda one: (groups[one], -association[one]))
        listed = [row["service"] for row in answer.records]
        for one, other in zip(listed, expected, strict=True):  # published digits may tie
            assert one == other or (
                groups[one] == groups[other] and association[one] == association[other]
            )
        front = [row["service"] for row in answer.records if row["tie_group"] == 1]
        assert target["platforms"] == front
        tied += len(front) > 1
        own = {row["service"]: row for row in services(seoul_build, *segment).records}
        for row in answer.records:
            assert (row["affinity"], row["index"]) == tuple(
                own[row["service"]][name] for name in ("affinity", "index")
            )
    assert 10 < tied < 290


def test_each_order_of_platforms_says_what_it_is(seoul_build: Build) -> None:
    segment = ("강남구", "F", 30, "2023-06")
    use, association, classic = (
        platforms(seoul_build, "배달", *segment, by=by) for by in ("use", "association", "classic")
    )
    assert platforms(seoul_build, "배달", *segment).document("ko") == use.document("ko")
    assert classic.method == "classic"
    assert association.rows["association"].is_sorted(descending=True)
    assert classic.rows["affinity"].null_count() == 0
    assert "가장 많이 쓰는 매체" in use.sentences[0].ko
    assert "most" in use.sentences[0].en
    listed = use.rows["service"].to_list()
    assert listed != association.rows["service"].to_list()
    with pytest.raises(UnknownChoice):
        platforms(seoul_build, "배달", *segment, by="magic")
    for by in ("use", "association"):
        found = targets(seoul_build, "배달", platforms=True, platforms_by=by)
        rows = of_targets(seoul_build, found, by).rows.filter(tie_group=1)
        front = rows.group_by("target", maintain_order=True).agg("service")["service"].to_list()
        assert found.rows["platforms"].to_list() == front
