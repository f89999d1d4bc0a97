"""Clouds of points, and what is drawn of each description: lines that reach as far as they say."""

import json
from itertools import product

import numpy as np
import plotly.graph_objects as go
import pytest
import torch

from stylecore.charts.cloud import Cloud, box, direction, ellipse, outlines, transported
from stylecore.charts.cloud_figures import cloud_figure, projections_figure
from stylecore.transfer.statistics import DESCRIPTIONS

RANDOM = np.random.default_rng(0)
CONTENT = Cloud("photograph", RANDOM.gamma(2.0, 20.0, (2, 300)))
STYLE = Cloud("style", np.array([[3.0, 1.0], [-1.0, 2.0]]) @ RANDOM.gamma(1.0, 10.0, (2, 200)) + 50)
TITLES = ("channel 3", "channel 7")
ANGLES = (0, 45, 90, 135)


def reach(outline, centre, degrees):
    """How far a line goes in a direction, seen from a point."""
    return (direction(degrees) @ (outline - centre[:, None])).max()


@pytest.mark.parametrize("degrees", ANGLES)
def test_ellipses_reach_the_root_mean_square_and_the_deviation_of_the_projections(degrees):
    projections = STYLE.points.T @ direction(degrees)
    origin = np.zeros(2)
    assert reach(ellipse(origin, STYLE.gram), origin, degrees) == pytest.approx(
        np.sqrt(np.square(projections).mean()), rel=5e-3
    )
    assert reach(ellipse(STYLE.mean, STYLE.covariance), STYLE.mean, degrees) == pytest.approx(
        projections.std(), rel=5e-3
    )


def test_the_box_of_the_moments_is_the_one_around_the_ellipse_of_the_covariance():
    rectangle, oval = box(STYLE.mean, STYLE.deviation), ellipse(STYLE.mean, STYLE.covariance)
    for end in (np.min, np.max):
        assert end(rectangle, axis=1) == pytest.approx(end(oval, axis=1), rel=5e-3)


def test_the_arrows_lead_from_one_normal_distribution_to_the_other_with_the_work_that_the_core_counts():
    moved = Cloud("moved", transported(CONTENT.points, CONTENT, STYLE))
    assert moved.mean == pytest.approx(STYLE.mean)
    assert moved.covariance == pytest.approx(STYLE.covariance)
    work = np.square(moved.points - CONTENT.points).sum(0).mean()
    description = DESCRIPTIONS["wasserstein"]
    content, style = (description.of(torch.from_numpy(cloud.points)[None, :, None]) for cloud in (CONTENT, STYLE))
    assert work == pytest.approx(description.distance(style, content)(content).item(), rel=2e-3)  # the ridge's share


def test_a_flat_cloud_has_its_lines():
    flat = Cloud("flat", np.stack([np.zeros(5), np.arange(5.0)]))
    for statistic in DESCRIPTIONS:
        assert all(np.isfinite(outline).all() for outline in outlines(flat, statistic))
        json.dumps(cloud_figure(flat, flat, TITLES, statistic, 45), allow_nan=False)
    json.dumps(projections_figure(flat, flat, TITLES, 0), allow_nan=False)


def test_axes_stay_when_the_description_changes_and_one_unit_is_as_long_both_ways():
    layouts = [cloud_figure(CONTENT, STYLE, TITLES, statistic, 45)["layout"] for statistic in DESCRIPTIONS]
    assert {(*layout[axis]["range"],) for layout, axis in product(layouts, ("xaxis", "yaxis"))} == {
        tuple(layouts[0]["xaxis"]["range"])
    }
    assert layouts[0]["yaxis"]["scaleanchor"] == "x"


@pytest.mark.parametrize("degrees", ANGLES)
def test_projections_are_percents_of_all_positions(degrees):
    for trace, cloud in zip(projections_figure(CONTENT, STYLE, TITLES, degrees)["data"], (CONTENT, STYLE), strict=True):
        assert 94 < sum(trace["y"]) < 100.01
        mean = np.average(trace["x"], weights=trace["y"])
        assert mean == pytest.approx((direction(degrees) @ cloud.points).mean(), abs=0.2 * cloud.points.std())


@pytest.mark.parametrize("statistic", DESCRIPTIONS)
def test_plotly_takes_every_figure(statistic):
    figure = cloud_figure(CONTENT, STYLE, TITLES, statistic, 30)
    go.Figure(figure)
    json.dumps(figure, allow_nan=False)
    if statistic == "sliced":
        go.Figure(projections_figure(CONTENT, STYLE, TITLES, 30))
