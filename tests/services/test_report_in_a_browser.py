"""A report in a real browser: wide and narrow, light and dark, no error, and the headings sort."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from recli.cli import main

pytestmark = pytest.mark.services

LABELS = [
    "svd",
    "nmf",
    "baseline-only",
    "knn-basic",
    "content-based",
    "ease",
    "slope-one",
    "normal-predictor",
]


@pytest.fixture(scope="module")
def page_file(tiny, tmp_path_factory) -> Path:
    results = tmp_path_factory.mktemp("results")
    for typed in (
        [
            *("evaluate", "--metric", "all", "-d", tiny, "-j", "1", "-q", "--by", "activity"),
            *(part for label in LABELS for part in ("-a", label)),
        ],
        ["report", "latest", "-q"],
    ):
        done = CliRunner().invoke(main, [*map(str, typed), "--results", str(results)])
        assert done.exit_code == 0, done.output
    [path] = results.glob("runs/*/report.html")
    return path


@pytest.fixture
def opened(browser, page_file):
    """`opened(width, scheme)` is the page, and everything that the browser complained of."""
    contexts = []

    def open_page(width: int, scheme: str):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True
        )
        contexts.append(context)
        page, said = context.new_page(), []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: said.append(request.url))
        page.goto(page_file.as_uri())
        return page, said

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_opens_without_a_word_and_fits(opened, page_file, width, scheme):
    page, said = opened(width, scheme)
    assert said == [page_file.as_uri()]  # nothing else is asked for
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(21, 24, 28)")
    assert page.locator("svg").count() >= 8


def test_words_in_plots_stay_inside_and_do_not_overlap(opened):
    page, _ = opened(390, "light")
    overlaps = page.evaluate(
        """() => [...document.querySelectorAll("svg")].flatMap(svg => {
          const paper = svg.getBoundingClientRect();
          const texts = [...svg.querySelectorAll("text")];
          const all = texts.map(t => [t.textContent, t.getBoundingClientRect()]);
          const out = all.filter(([, b]) => b.left < paper.left - 1 || b.right > paper.right + 1);
          const hit = all.flatMap(([one, a], n) => all.slice(n + 1).filter(([, b]) =>
            Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
            Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3).map(([two]) => one + " / " + two));
          return [...out.map(([t]) => "outside: " + t), ...hit].map(t => svg.ariaLabel + ": " + t);
        })"""
    )
    assert overlaps == []


def test_headings_sort_with_the_keyboard(opened):
    page, said = opened(1280, "light")
    table = page.locator("table").first

    def labels():
        return table.locator("tbody th").all_inner_texts()

    head = table.locator("thead th").first
    head.locator("button").focus()
    page.keyboard.press("Enter")
    assert (labels(), head.get_attribute("aria-sort")) == (sorted(LABELS), "ascending")
    page.keyboard.press("Enter")
    assert (labels(), head.get_attribute("aria-sort")) == (
        sorted(LABELS, reverse=True),
        "descending",
    )
    seconds = table.locator("thead th").last
    seconds.locator("button").click()
    values = [float(text) for text in table.locator("tbody td:last-child").all_inner_texts()]
    assert values == sorted(values)
    assert head.get_attribute("aria-sort") is None
    assert len(said) == 1
