"""What every service recommender must do; inherit `ServiceSuite` and name the recommender."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from telads.method.recommend import ServiceRecommender
from telads.method.segments import Array, Panel
from tests.samples import JUNE, made_panel

MONTHS = (JUNE + -4, JUNE + -3, JUNE + -2, JUNE)


def without(panel: Panel, month: int | slice, segment: int | slice, service: int | slice) -> Panel:
    """The panel with some usage unknown."""
    parts = {name: getattr(panel, name).copy() for name in ("usage", "plain", "overall")}
    for part in parts.values():
        part[month, segment, service] = np.nan
    return replace(panel, **parts)


class ServiceSuite:
    """Shapes, determinism, no look ahead, and panels with holes. Warnings are errors."""

    recommender: ServiceRecommender

    def both(self, panel: Panel, horizon: int = 1) -> tuple[Array, Array]:
        return self.recommender.predict(panel, horizon), self.recommender.targets(panel, horizon)

    def test_it_has_a_name_in_both_languages(self) -> None:
        assert self.recommender.id.isidentifier()
        assert all(self.recommender.text)

    @pytest.mark.parametrize("horizon", [1, 3])
    def test_it_scores_every_service_of_every_segment(self, panel: Panel, horizon: int) -> None:
        for scores in self.both(panel, horizon):
            assert scores.shape == (len(panel.segments), len(panel.services))
            assert np.isfinite(scores).all()

    def test_it_says_the_same_when_asked_again(self, panel: Panel) -> None:
        for first, second in zip(self.both(panel), self.both(panel), strict=True):
            assert_array_equal(first, second)

    def test_it_leaves_the_panel_as_it_was(self, panel: Panel) -> None:
        before = panel.usage.copy(), panel.plain.copy()
        self.both(panel)
        assert_array_equal(panel.usage, before[0])
        assert_array_equal(panel.plain, before[1])

    def test_later_months_change_nothing(self, panel: Panel) -> None:
        noise = np.random.default_rng(5).uniform(0, 50, panel.usage[-1].shape)
        later = {name: getattr(panel, name).copy() for name in ("usage", "plain", "overall")}
        for part in later.values():
            part[-1] = noise
        for seen, other in zip(
            self.both(panel.until(MONTHS[2])),
            self.both(replace(panel, **later).until(MONTHS[2])),
            strict=True,
        ):
            assert_array_equal(seen, other)

    def test_the_order_of_segments_does_not_matter(self, panel: Panel) -> None:
        order = np.random.default_rng(6).permutation(len(panel.segments))
        moved = replace(
            panel,
            segments=tuple(panel.segments[index] for index in order),
            **{
                name: getattr(panel, name)[:, order]
                for name in ("population", "usage", "plain", "overall")
            },
        )
        for scores, others in zip(self.both(panel), self.both(moved), strict=True):
            assert_allclose(others, scores[order], rtol=1e-9, atol=1e-12)

    def test_one_month_is_enough(self, panel: Panel) -> None:
        for scores in self.both(panel.until(MONTHS[0])):
            assert np.isfinite(scores).all()

    def test_a_segment_missing_in_an_early_month_spoils_nothing(self, panel: Panel) -> None:
        holed = without(panel, 0, 3, slice(None))
        for scores in self.both(holed):
            assert np.isfinite(scores).all()

    def test_a_service_nobody_is_known_for_is_nan_and_the_others_stand(self, panel: Panel) -> None:
        holed = without(panel, slice(None), slice(None), 2)
        for scores, whole in zip(self.both(holed), self.both(panel), strict=True):
            assert np.isnan(scores[:, 2]).all()
            assert_allclose(np.delete(scores, 2, axis=1), np.delete(whole, 2, axis=1))

    def test_a_service_that_is_the_same_everywhere_puts_nobody_ahead(self, panel: Panel) -> None:
        flat = {name: getattr(panel, name).copy() for name in ("usage", "plain", "overall")}
        for part in flat.values():
            part[:, :, 1] = 0.1
        for scores in self.both(replace(panel, **flat)):
            known = scores[:, 1][~np.isnan(scores[:, 1])]
            assert_array_equal(known, 0)
            assert np.isfinite(np.delete(scores, 1, axis=1)).all()

    def test_one_district_is_enough(self) -> None:
        for scores in self.both(made_panel(MONTHS, districts=("강남구",))):
            assert np.isfinite(scores).all()
