"""Reports of a run of three algorithms, two folds and eight users, made by hand."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from markdown_it import MarkdownIt
from statsmodels.stats.multitest import multipletests

from recli import registry
from recli.evaluation.metric_names import Measure
from recli.experiments.merged_runs import together
from recli.experiments.reports import html, latex, markdown
from recli.experiments.reports._leaderboard import leaderboards, standing
from recli.experiments.reports._words import summary
from recli.experiments.run_data import RunData

MEASURES = tuple(map(Measure.parse, ("rmse", "ndcg@5", "precision@5", "recall@5", "gini@5")))
RMSE, NDCG = MEASURES[:2]
LABELS = ("svd <script>alert(1)</script>", "100 % of_&_$mine {x}", "plain")
USERS = [f"u{n}" for n in range(8)]
# By entry: the mean of every measure, the same in both folds but for ± 0.01.
MEANS = {"rmse": (0.9, 0.8, 1.2), "ndcg@5": (0.2, 0.3, 0.3), "gini@5": (0.9, 0.5, 0.7)}
NOISE = np.array([0.02, -0.03, 0.01, 0.0, -0.02, 0.03, 0.015, -0.025])


def users_of(entry, measure, fold):
    """What each of the eight users has; entries 1 and 2 are nearly alike in ndcg@5."""
    wobble = NOISE * (1 if measure == "rmse" else 2 * (entry == 2) + 0.5)
    return MEANS.get(measure, (0.1, 0.2, 0.3))[entry] + np.roll(wobble, entry) + 0.001 * fold


@pytest.fixture
def data():
    metrics, per_user, groups, cells = [], [], [], []
    for entry in range(3):
        for fold in (1, 2):
            for measure in map(str, MEASURES):
                mean = MEANS.get(measure, (0.1, 0.2, 0.3))[entry]
                metrics.append((entry, fold, measure, mean + (0.01 if fold == 1 else -0.01)))
            of_users = {m: users_of(entry, m, fold) for m in map(str, MEASURES[:4])}
            per_user.append(pd.DataFrame({"entry": entry, "fold": fold, "user": USERS, **of_users}))
            for group, n, gain in (("cold", 3, 0.25), ("heavy", 5, 0.0)):
                value = MEANS["rmse"][entry] + gain
                groups.append((entry, fold, "activity", group, n, 10 * n, "rmse", value))
            cells.append(
                {
                    **{"entry": entry, "fold": fold, "fit_seconds": 1.0 + entry},
                    **{"test_seconds": 0.25, "rank_seconds": 0.5, "metric_seconds": 0.0},
                    "error_by_rating": [[1.0, 10 * fold, 0.3 * fold, 0.6], [5.0, 4, -1.0, 1.0]],
                    "exposure": [[0.6, 0.7]] + [[0.4 / 9, 0.3 / 9]] * 9,
                }
            )
    document = {
        "status": "finished",
        "command": ["recli", "evaluate", "-d", "my <data>.csv"],
        "dataset": {
            **{"name": "my_<b>data</b> & more", "users": 8, "items": 90, "ratings": 1234},
            "fingerprint": "0123456789abcdef",
        },
        "configuration": {
            **{"split": "k-fold:n_splits=2", "seed": 0, "threshold": 4.0, "scale": [1.0, 5.0]},
            "line_up": [{"algorithm": "x", "params": {"k": n, "off": None}} for n in range(3)],
        },
        "folds": [{"fingerprint": f"f{n}", "train": 900, "test": 100} for n in range(2)],
        "environment": {"recli": "0.1", "packages": {"numpy": "2.1"}},
        "warnings": [{"code": "few-users", "message": "Only 8 <users>."}],
        "cells": cells,
    }
    return RunData(
        id="run<1>_a",
        document=document,
        measures=MEASURES,
        labels=LABELS,
        metrics=pd.DataFrame(metrics, columns=["entry", "fold", "metric", "value"]),
        per_user=pd.concat(per_user, ignore_index=True),
        groups=pd.DataFrame(
            groups,
            columns=["entry", "fold", "by", "group", "n_users", "n_ratings", "metric", "value"],
        ),
    )


def report(name, *runs):
    return registry.get("report", name)()(runs)


class Page(HTMLParser):
    """Tags, their attributes, and the text inside some."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text, self._open = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._open.append(tag)

    def handle_endtag(self, tag):
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data):
        if not {"script", "style"} & set(self._open):
            self.text.append(data)

    @property
    def said(self):
        return " ".join(" ".join(self.text).split())


def drawings(page):
    return [ET.fromstring(svg) for svg in re.findall(r"<svg .*?</svg>", page, re.DOTALL)]


def test_means_places_and_ties(data):
    rmse = standing(data, RMSE)
    assert [score.place for score in rmse] == [2, 1, 3]  # less is better
    assert [score.mean for score in rmse] == pytest.approx([0.9, 0.8, 1.2])
    assert [score.std for score in rmse] == pytest.approx([0.01] * 3)  # over 2 folds, not 1
    assert [score.place for score in standing(data, NDCG)] == [2, 1, 1]


def test_alike_is_what_the_paired_t_test_over_users_says(data):
    data.per_user["precision@5"] = np.concatenate(
        [
            users_of(0, "precision@5", fold) + gain
            for gain in (0.0, 0.2 + NOISE, 0.21 + np.roll(NOISE, 3))
            for fold in (1, 2)
        ]
    )
    shown = data.per_user.groupby(["entry", "fold"])["precision@5"].mean()
    here = data.metrics["metric"] == "precision@5"
    keys = zip(data.metrics[here]["entry"], data.metrics[here]["fold"], strict=True)
    data.metrics.loc[here, "value"] = [shown[key] for key in keys]
    per_user = data.per_user.groupby(["entry", "user"])["precision@5"].mean().unstack("entry")
    pairs = [(0, 1), (0, 2), (1, 2)]
    p = [scipy.stats.ttest_rel(per_user[a], per_user[b]).pvalue for a, b in pairs]
    adjusted = dict(zip(pairs, multipletests(p, method="holm")[1], strict=True))
    scores = standing(data, MEASURES[2])
    assert [score.place for score in scores] == [3, 2, 1]
    assert [score.p for score in scores[:2]] == pytest.approx([adjusted[0, 2], adjusted[1, 2]])
    assert np.isnan(scores[2].p)
    assert [score.alike for score in scores] == [
        adjusted[0, 2] >= 0.05,
        adjusted[1, 2] >= 0.05,
        False,
    ]


def test_users_count_once_over_the_folds_that_all_have(data):
    only = data.per_user
    lost = (only["entry"] == 2) & (only["fold"] == 2)
    cut = replace(
        data,
        per_user=only[~lost],
        metrics=data.metrics[~((data.metrics["entry"] == 2) & (data.metrics["fold"] == 2))],
    )
    assert cut.common_folds == [1]
    assert cut.of_users(RMSE)[LABELS[0]] == pytest.approx(users_of(0, "rmse", 1))
    both = np.mean([users_of(0, "rmse", 1), users_of(0, "rmse", 2)], axis=0)
    assert data.of_users(RMSE)[LABELS[0]] == pytest.approx(both)
    assert standing(cut, RMSE)[2].mean == pytest.approx(1.21)  # of the fold that it has


def test_tables_go_by_what_they_are_about_and_are_cut(data):
    found = [(board.title, list(map(str, board.measures))) for board in leaderboards(data, 2)]
    assert found == [
        ("Predicted ratings", ["rmse"]),
        ("Ranked catalogue, first 5 places", ["ndcg@5", "precision@5"]),
        ("Ranked catalogue, first 5 places", ["recall@5"]),
        ("Beyond accuracy, first 5 places", ["gini@5"]),
    ]
    [first, *_] = leaderboards(data, 2)
    assert [row.label for row in first.rows] == [LABELS[1], LABELS[0], LABELS[2]]
    assert first.rows[0].seconds == {"fit": 2.0, "test": 0.25}


def test_the_summary_names_the_best(data):
    said = summary(data)
    assert said[0].startswith("3 algorithms on my_<b>data</b> & more: 8 users, 90 items, 1,234 rat")
    assert "liked from a rating of 4 on" in said[1]
    best = "By rmse, the best is 100 % of_&_$mine {x} (0.8000 ±0.0100)"
    assert (
        said[2] == f"{best}, ahead of svd <script>alert(1)</script> (0.9000) by more than chance."
    )
    assert said[3].startswith("By ndcg@5, the best is 100 % of_&_$mine {x} and plain (0.3000")
    data.document["status"] = "interrupted"
    assert "The run is not complete (interrupted): what was finished is shown." in summary(data)


def test_a_page_shows_text_of_data_as_text(data):
    text = report("html", data)
    page = Page(text)
    tags = [tag for tag, _ in page.tags]
    assert tags.count("script") == 1
    assert "b" not in tags
    for shown in (*LABELS, "run<1>_a", "my_<b>data</b> & more", "Only 8 <users>.", "my <data>.csv"):
        assert shown in page.said
    assert len(text.encode()) < 500_000


def test_a_page_needs_no_network(data):
    text = report("html", data)
    for tag, attributes in Page(text).tags:
        for name in {"src", "href", "srcset", "action", "data"} & attributes.keys():
            assert attributes[name] == "data:,", (tag, attributes)
    assert not re.search(r"https?:|@import|url\(", text)
    policies = [a["content"] for _, a in Page(text).tags if "http-equiv" in a]
    assert policies[0].startswith("default-src 'none';")


def test_a_page_has_its_parts_in_order(data):
    said = Page(report("html", data)).said
    parts = [
        *("Evaluation run<1>_a", "Predicted ratings", "Plots", "Users: rmse", "Mean ranks: rmse"),
        *("Accuracy against time: rmse", "Precision and recall", "Error by rating value"),
        *("Popularity of what is recommended", "By activity: rmse", "What to mind about this"),
        *("Configuration", "Parameters", "Environment", "How to reproduce", "recli reproduce run"),
    ]
    places = [said.index(part) for part in parts]
    assert places == sorted(places)


def test_headings_sort_by_the_good_end(data):
    heads = [a for tag, a in Page(report("html", data)).tags if tag == "th" and "data-first" in a]
    assert [head["data-first"] for head in heads[:4]] == ["ascending"] * 4  # rmse and seconds
    assert heads[5]["data-first"] == "descending"  # ndcg@5
    assert [heads[n].get("aria-sort") for n in (0, 1, 5)] == [None, "ascending", "descending"]


def test_what_cannot_be_drawn_is_left_out_with_a_word(data):
    bare = replace(data, measures=(RMSE,), groups=data.groups[:0], labels=data.labels)
    for cell in bare.cells:
        cell["exposure"], cell["error_by_rating"] = [], []
    said = Page(report("html", bare)).said
    assert "Left out: Accuracy against diversity: needs" in said
    for reason in (
        "Precision and recall: needs both precision and recall",
        "Error by rating value: needs a measure of predicted ratings",
        "Popularity of what is recommended: needs a measure of rankings",
        "Groups: needs something to group by",
    ):
        assert reason in said


def test_every_drawing_is_well_formed_and_stays_on_its_paper(data):
    found = drawings(report("html", data))
    assert len(found) == 10
    for drawing in found:
        _, _, width, height = map(float, drawing.get("viewBox").split())
        assert drawing.get("aria-label")
        for text in drawing.iter("text"):
            assert 0 <= float(text.get("x")) <= width
            assert 0 <= float(text.get("y")) <= height


def test_errors_are_averaged_over_folds_by_their_numbers(data):
    page = report("html", data)
    # (10 × 0.3 + 20 × 0.6) / 30, and 30 ratings.
    assert "true rating 1: mean error +0.500, mean absolute error 0.600, 30 ratings" in page
    assert "true rating 5: mean error -1.000, mean absolute error 1.000, 8 ratings" in page


def test_groups_tell_the_gap_of_the_best(data):
    said = Page(report("html", data)).said
    gap = "The gap of 100 % of_&_$mine {x} is 0.2500: 0.8000 for heavy, 1.0500 for cold."
    assert f"Less is better. {gap}" in said
    assert "3 users, 30 ratings a fold" in said


def test_many_groups_are_cut_and_that_is_said(data):
    groups = pd.DataFrame(
        [
            (entry, 1, "item:genres", f"g{n}", n + 1, n + 1, "rmse", 1.0)
            for entry in range(3)
            for n in range(40)
        ],
        columns=data.groups.columns,
    )
    said = Page(report("html", replace(data, groups=groups))).said
    assert "Shown are the 12 largest of 40 groups; groups.csv has all." in said
    assert "g39" in said
    assert "g27" not in said


def test_mean_ranks(data):
    page = report("html", data)
    # Every user puts them in the same order in rmse, three algorithms apart by more than the noise.
    assert f"{LABELS[2]}: mean rank 3.000" in page
    assert "100 % of_&amp;_$mine {x}: mean rank 1.000" in page


def test_latex_marks_and_escapes(data):
    text = report("latex", data)
    row = next(line for line in text.splitlines() if line.lstrip().startswith("100"))
    assert row.lstrip().startswith(
        r"100 \% of\_\&\_\$mine \{x\} & \textbf{0.8000} {\tiny $\pm$0.0100}"
    )
    assert r"\underline{0.9000}" in text
    assert r"\textless{}script\textgreater{}" in text
    assert text.count(r"\begin{tabular}{lrr}") == text.count(r"\end{tabular}") - 1 == 2
    bare = re.sub(r"\\[{}]", "", re.sub(r"(?m)^%.*$", "", text))
    assert bare.count("{") == bare.count("}")
    assert not re.search(
        r"(?<!\\)[#_]", re.sub(r"\\label\{[^}]*\}", "", re.sub(r"(?m)^%.*", "", text))
    )


@pytest.mark.parametrize(
    "text", ["a_b*c*", "<b>x</b>", "# no & `code` [x](y)", "back\\slash", "~~a~~"]
)
def test_markdown_reads_as_it_was(text):
    shown = MarkdownIt().enable("strikethrough").render(markdown.escape(text))
    assert Page(shown).said == text


@pytest.mark.parametrize("text", ["50 % \\ ~ ^", 'a|b <c> "d"'])
def test_latex_leaves_no_special_sign(text):
    escaped = latex.escape(text)
    assert not re.search(r"(?<!\\)[%~^|<>\"]", escaped)


def test_markdown_marks(data):
    rows = [line for line in report("markdown", data).splitlines() if line.startswith("|")]
    cells = [cell.strip() for cell in rows[2].strip("|").split("|")]
    assert cells == [r"100 % of\_\&\_$mine {x}", "**0.8000** ±0.0100", "2.00", "0.25"]
    assert "<ins>0.9000</ins> ±0.0100" in rows[3]


def test_csv_has_a_row_for_each_score(data):
    rows = list(csv.DictReader(io.StringIO(report("csv", data))))
    assert len(rows) == 3 * len(MEASURES)
    first = rows[0]
    assert (first["run"], first["metric"], first["algorithm"]) == ("run<1>_a", "rmse", LABELS[1])
    assert (first["place"], float(first["mean"]), first["p_against_best"]) == ("1", 0.8, "")


def test_runs_on_the_same_folds_have_a_common_leaderboard(data):
    other = replace(data, id="run-2", measures=MEASURES[:2], labels=("a", "plain", "c"))
    both, reason = together([data, other])
    assert reason == ""
    assert both.measures == MEASURES[:2]
    named = [f"{label} (run<1>_a)" if label == "plain" else label for label in LABELS]
    assert both.labels == (*named, "a", "plain (run-2)", "c")
    assert [score.mean for score in standing(both, RMSE)] == pytest.approx([0.9, 0.8, 1.2] * 2)
    page = Page(report("html", data, other)).said
    assert "6 algorithms on" in page
    assert page.index("All runs") < page.index("6 algorithms on") < page.index("3 algorithms on")


def test_what_came_out_alike_in_both_is_there_once(data):
    both, _ = together([data, replace(data, id="run-2")])
    assert both.labels == tuple(LABELS)
    assert len(both.metrics) == len(data.metrics)


@pytest.mark.parametrize(
    ("part", "key", "value", "reason"),
    [
        ("dataset", "fingerprint", "ffff", "the data ("),
        (None, "folds", [{"fingerprint": "z", "train": 9, "test": 1}], "the rows of the folds"),
        ("configuration", "threshold", 3.0, "the rating from which"),
    ],
)
def test_other_runs_say_why_not(data, part, key, value, reason):
    document = dict(data.document)
    if part:
        document[part] = {**document[part], key: value}
    else:
        document[key] = value
    other = replace(data, id="run-2", document=document)
    assert together([data, other])[0] is None
    for name in ("html", "markdown", "latex"):
        text = report(name, data, other)
        assert "No common leaderboard" in text
        assert reason in text


def test_colours_stand_out_on_both_papers():
    style = Path(html.__file__).with_name("_page.css").read_text(encoding="utf-8")
    papers = re.findall(r"--paper: #(\w{6})", style)
    colours = re.findall(r"--c\d: #(\w{6})", style)
    assert len(papers) == 2
    assert len(colours) == 6

    def luminance(colour):  # WCAG 2
        parts = [int(colour[n : n + 2], 16) / 255 for n in (0, 2, 4)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return sum(p * weight for p, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))

    for paper in papers:
        for colour in colours:
            light, dark = sorted((luminance(paper), luminance(colour)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 3, (paper, colour)
