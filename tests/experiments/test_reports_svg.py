"""What plots are made of: scales, places of names, shapes."""

from __future__ import annotations

import itertools
import math
import xml.etree.ElementTree as ET

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from recli.experiments.reports import _svg as svg
from recli.experiments.reports.plots._scatter import Series, scatter
from recli.experiments.reports.plots.distribution import interval

NUMBERS = st.floats(-1e6, 1e6).map(lambda x: round(x, 6))


@given(st.lists(NUMBERS, min_size=1, max_size=20))
def test_ticks_are_few_even_and_on_the_scale(values):
    scale = svg.Axis.around(values, 0.0, 100.0)
    ticks = scale.ticks
    assert 2 <= len(ticks) <= 7
    assert all(-0.1 <= scale(tick) <= 100.1 for tick in ticks)
    assert np.ptp(np.diff(ticks)) <= 1e-9 * max(1.0, *map(abs, ticks))


@given(st.lists(st.floats(1e-3, 1e4), min_size=1, max_size=20))
def test_ticks_of_logarithms_are_on_the_scale(values):
    scale = svg.Axis.around(values, 0.0, 100.0, log=True)
    assert len(scale.ticks) >= 2
    assert all(-0.1 <= scale(tick) <= 100.1 for tick in scale.ticks)
    assert all(-0.1 <= scale(value) <= 100.1 for value in values)


@given(st.lists(st.floats(0, 300), min_size=1, max_size=12))
def test_names_are_spread_out_in_their_order(places):
    found = svg.spread_out(places, 15.0, 0.0, 300.0)
    assert all(-1e-9 <= place <= 300 + 1e-9 for place in found)
    order = sorted(range(len(places)), key=places.__getitem__)
    gaps = [found[b] - found[a] for a, b in itertools.pairwise(order)]
    assert all(gap >= 15 - 1e-9 for gap in gaps)
    if all(places[b] - places[a] >= 15 for a, b in itertools.pairwise(order)):
        assert found == pytest.approx(places)


@given(st.text(min_size=1, max_size=60), st.floats(40, 380))
def test_what_is_shortened_fits_and_begins_and_ends_alike(said, width):
    found = svg.shortened(said, width)
    assert len(found) <= max(3, int(width / 5.9))
    if found != said:
        begin, end = found.split("…")[0], found.split("…")[-1]
        assert said.startswith(begin)
        assert said.endswith(end)


@pytest.mark.parametrize("n", [1, 2, 12, 30])
def test_names_beside_points_never_overlap(n):
    rng = np.random.default_rng(n)
    points = np.column_stack([rng.random(n), np.where(rng.random(n) < 0.7, 0.0, rng.random(n))])
    series = [Series(e, f"<{e}>", (tuple(point),), ("",)) for e, point in enumerate(points)]
    drawing = ET.fromstring(scatter(series, "x", "y", "x & y"))
    names = [t for t in drawing.iter("text") if t.get("class") == "name"]
    assert [name.text for name in names] == [f"<{entry}>" for entry in range(n)]
    heights = sorted(float(name.get("y")) for name in names)
    assert all(b - a >= 14.8 for a, b in itertools.pairwise(heights))
    assert heights[-1] <= float(drawing.get("viewBox").split()[3])


def test_the_first_twelve_look_different():
    marks = {(svg.colour(e), e % 4, svg.mark(e, 0, 0)) for e in range(12)}
    assert len(marks) == 12


def test_the_interval_is_that_of_the_t_test():
    values = np.random.default_rng(0).normal(3, 2, 40)
    expected = scipy.stats.ttest_1samp(values, 0).confidence_interval()
    assert interval(values) == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize("value", [0.0, 3.0, -2.0])
def test_one_value_has_a_scale_too(value):
    scale = svg.Axis.around([value, value], 0.0, 10.0)
    assert math.isclose(scale(value), 5.0)
