"""The comparison is fair: the peer computes what the classic method of the product computes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench import study
from telads.engines.polars import scan_cells
from telads.ingest.ingest import ingest
from telads.method.classic import classic_scores
from telads.method.segments import Panel, read_panel
from telads.model import Month, Segment, Sex
from telads.settings import Settings
from telads.store.workspace import Store
from tests.seoul import SERVICE_IDS

SEXES = {1: Sex.MALE, 2: Sex.FEMALE}
DISTRICTS = {"종로구": 11010, "중구": 11020, "용산구": 11030}


def write_month(folder: Path, month: int, rng: np.random.Generator) -> Path:
    """Three districts of two or three neighbourhoods, in the portal's format."""
    rows = [
        {
            study.CODE: district_code * 100 + 50 + place,
            study.DISTRICT: district,
            "행정동": f"{district}{place}동",
            study.SEX: sex,
            study.AGE5: age5,
            "총인구수": rng.uniform(50, 900),
            **{service: rng.normal(10, 3) for service in study.SERVICES},
        }
        for district, district_code in DISTRICTS.items()
        for place in range(2 + district_code // 10 % 2)
        for sex in SEXES
        for age5 in range(20, 80, 5)
    ]
    frame = pd.DataFrame(rows)
    frame[study.SERVICES] = frame[study.SERVICES].abs()
    file = folder / f"2023.{month}월_29개 통신정보.xlsx"
    frame.to_excel(file, index=False)
    return file


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    rng = np.random.default_rng(7)
    return [write_month(tmp_path, month, rng) for month in (1, 2, 3, 12)]


def assert_agreement(files: Sequence[Path], panel: Panel) -> None:
    """Weights, z, scores and rankings of the peer against the product, every single one."""
    classic = classic_scores(panel.plain, panel.overall[-1])
    cells = study.read_months(files)
    z = study.z_scores(cells)
    weight = study.weights(study.monthly_usage(cells))
    score = study.scores(weight, z)
    assert len(score) == len(panel.months) * len(panel.segments)
    segments = {segment: place for place, segment in enumerate(panel.segments)}
    months = {month: place for place, month in enumerate(panel.months)}
    keys = weight[[*study.SEGMENT, study.MONTH]].to_numpy().tolist()
    at = (
        [months[Month.parse(month)] for *_, month in keys],
        [segments[Segment(district, SEXES[sex], age)] for district, sex, age, _ in keys],
    )
    z_rows = z.loc[pd.MultiIndex.from_frame(weight[study.SEGMENT])].to_numpy()
    np.testing.assert_allclose(weight[study.SERVICES], classic.weight[at], rtol=0, atol=1e-9)
    np.testing.assert_allclose(z_rows, classic.z[at], rtol=0, atol=1e-9)
    np.testing.assert_allclose(score[study.SERVICES], classic.score[at], rtol=0, atol=1e-9)
    order = np.argsort(-classic.score[at], axis=1, kind="stable")
    ranked = study.rankings(score)[[str(rank) for rank in range(1, 8)]].to_numpy()
    assert (ranked == np.array(study.SERVICES)[order]).all()


def test_the_peer_agrees_with_classic_on_small_data(
    files: list[Path], settings: Settings, tmp_path: Path
) -> None:
    workspace = Store(tmp_path / "workspace")
    assert [taken.outcome for taken in ingest(workspace, files, settings)] == ["taken"] * 4
    assert_agreement(files, read_panel(scan_cells(workspace.cells()), SERVICE_IDS))


@pytest.mark.seoul
@pytest.mark.slow
def test_the_peer_agrees_with_classic_on_real_data(seoul: Path, seoul_workspace: Store) -> None:
    # Two months: the study's way to read takes four seconds for each.
    files = sorted(seoul.glob("*.xlsx"), key=study.label_month)[:2]
    months = [Month.parse(study.label_month(file)) for file in files]
    cells = {month: seoul_workspace.cells()[month] for month in months}
    assert_agreement(files, read_panel(scan_cells(cells), SERVICE_IDS))


def test_the_definition_by_hand() -> None:
    """Two segments of one cell each: z is +1 and -1, the weight usage over its mean."""
    usage = {(1, 1): 10.0, (1, 2): 30.0, (2, 1): 4.0, (2, 2): 4.0}
    cells = pd.DataFrame(
        {study.CODE: sex, study.DISTRICT: "중구", study.SEX: sex, study.AGE5: 20, study.AGE: 20,
         study.MONTH: f"2023-0{month}", **dict.fromkeys(study.SERVICES, value)}
        for (sex, month), value in usage.items()
    )  # fmt: skip
    score = study.scores(study.weights(study.monthly_usage(cells)), study.z_scores(cells))
    by_key = score.set_index([study.SEX, study.MONTH])[study.SERVICES[0]]
    expected = {(1, "2023-01"): 0.5, (1, "2023-02"): 1.5, (2, "2023-01"): -1, (2, "2023-02"): -1}
    assert by_key.to_dict() == pytest.approx(expected, abs=1e-12)


def test_the_workbook_holds_all_four_tables(files: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    study.main([str(out), *map(str, files)])
    book = pd.read_excel(out, sheet_name=None)
    segments = len(DISTRICTS) * 2 * 6
    assert {name: len(sheet) for name, sheet in book.items()} == {
        "z": segments, "weight": 4 * segments, "score": 4 * segments, "rank": 4 * segments,
    }  # fmt: skip
    assert set(book["rank"]["1"]) <= set(study.SERVICES)


def test_a_file_without_a_month_is_no_input() -> None:
    with pytest.raises(ValueError, match="usage"):
        study.label_month(Path("usage.xlsx"))
