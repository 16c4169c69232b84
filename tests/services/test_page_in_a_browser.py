"""The page at / in a real browser: at a desk and on a phone, in light and dark, with keys alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytestmark = pytest.mark.services

KEY = "a key of this test alone"
TOY_STORY = 1  # in MovieLens
# What is read against the paper, by the least contrast that WCAG 2.2 asks for (1.4.3 and 1.4.11).
READ = {
    "body": 4.5,
    "#about": 4.5,
    ".note": 4.5,
    ".why": 4.5,
    ".rank": 4.5,
    "dt": 4.5,
    "footer dd": 4.5,
    "#rated .stars .sign": 3.0,
    "#results .stars .sign": 3.0,
    ".remove": 4.5,
}
CONTRAST = """
(selector) => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => {
      const c = part / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const on = light(getComputedStyle(document.querySelector(selector)).color);
  const paper = light(getComputedStyle(document.body).backgroundColor);
  return (Math.max(on, paper) + 0.05) / (Math.min(on, paper) + 0.05);
}
"""


@pytest.fixture(scope="module")
def url(serving) -> Iterator[str]:
    with serving() as url:
        yield url


@pytest.fixture
def opened(browser):
    """`opened(url, width, scheme)` is the page, and everything that it complained of or asked for."""
    contexts = []

    def open_page(url: str, width: int = 1280, scheme: str = "light"):
        context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
        contexts.append(context)
        page, said = context.new_page(), []

        def asked(address: str) -> None:
            if not address.startswith((url, "data:")):
                said.append(address)

        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked(request.url))
        page.goto(url)
        return page, said

    yield open_page
    for context in contexts:
        context.close()


def search(page):
    return page.get_by_role("searchbox", name="Find what you know", include_hidden=True)


def rate(page, title: str, item: int, stars: int) -> None:
    search(page).fill(title)
    row = page.locator(f"#results [data-item='{item}']")
    row.locator(f"input[value='{stars}']").check(force=True)


def titles(page) -> list[str]:
    return page.locator("#list .title").all_inner_texts()


def wait_for_list(page, said: str) -> None:
    page.locator("#said", has_text=said).wait_for()
    page.locator("#list:not(.waiting) li").first.wait_for()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_search_rate_see_the_list_and_why(opened, url, width, scheme):
    page, said = opened(url, width, scheme)
    wait_for_list(page, "What most people like")
    before = titles(page)
    rate(page, "toy sto", TOY_STORY, 5)
    wait_for_list(page, "by your rating")
    assert len(titles(page)) == 10
    assert titles(page) != before
    assert "Toy Story" not in titles(page)
    assert page.locator("#list .why").first.inner_text().startswith("because ")
    assert page.locator("#rated .title").all_inner_texts() == ["Toy Story"]
    assert "100,004 ratings of 9,066 items by 671 users" in page.locator("#model").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for selector, least in READ.items():
        assert page.evaluate(CONTRAST, selector) >= least, selector
    assert said == []  # nothing was asked for elsewhere, and nothing went wrong


def test_keys_alone(opened, url):
    page, said = opened(url)
    wait_for_list(page, "What most people like")
    keyboard = page.keyboard
    keyboard.press("Tab")
    keyboard.type("toy story")
    page.locator("#results li").first.wait_for()
    keyboard.press("Tab")  # the stars of the first that was found
    keyboard.press("Space")
    for _ in range(4):
        keyboard.press("ArrowRight")
    wait_for_list(page, "by your rating")
    chosen = page.locator("#rated input:checked")
    assert chosen.get_attribute("value") == "5"
    assert page.locator("#results input:checked").get_attribute("value") == "5"
    for _ in range(6):  # past five others that were found, to her own ratings
        keyboard.press("Tab")
    while page.evaluate("document.activeElement.closest('#rated') === null"):
        keyboard.press("Tab")
    keyboard.press("ArrowLeft")
    assert chosen.get_attribute("value") == "4"
    outline = page.evaluate(
        "getComputedStyle(document.activeElement.closest('.mark')).outlineStyle"
    )
    assert outline == "solid"  # where she stands is seen
    keyboard.press("Tab")
    keyboard.press("Enter")  # take it back
    wait_for_list(page, "What most people like")
    assert page.locator("#rated li").count() == 0
    assert page.locator("#results input:checked").count() == 0
    assert page.evaluate("document.activeElement.id") == "search"
    assert said == []


def test_everything_has_a_name(opened, url):
    page, _ = opened(url)
    rate(page, "toy sto", TOY_STORY, 5)
    wait_for_list(page, "by your rating")
    group = page.get_by_role("group", name="Your rating of Toy Story", exact=True)
    assert group.count() == 2  # among what was found, and among her ratings
    names = group.first.get_by_role("radio").evaluate_all(
        "radios => radios.map(radio => radio.labels[0].innerText.trim())"
    )
    assert names == [f"{n} of 5 stars" for n in range(1, 6)]
    assert page.get_by_role("button", name="Take back the rating of Toy Story").count() == 1
    assert search(page).count() == 1


def test_a_title_is_text_whatever_it_says(opened, url):
    page, said = opened(url)
    odd = {"item": "1", "title": "<img src=x onerror=alert(1)>", "rank": 1}
    answer = {"items": [{**odd, "rating": 4.0, "score": 4.0, "why": "<b>why</b>"}], "total": 1}
    page.route("**/recommend", lambda route: route.fulfill(json=answer))
    page.route("**/items?*", lambda route: route.fulfill(json=answer))
    rate(page, "x", 1, 5)
    page.locator("#list .why", has_text="<b>why</b>").wait_for()
    assert page.locator("main img, main b").count() == 0
    assert said == []


def test_other_scales_and_items_without_titles(opened, url):
    page, said = opened(url, width=390)
    about = {"model": "m", "algorithm": "a", "dataset": "d", "trained": "2026-01-01T00:00:00+00:00"}
    about |= {"users": 1, "items": 1, "ratings": 1, "scale": [1, 10]}
    page.route("**/about", lambda route: route.fulfill(json=about))
    found = {"items": [{"item": "abc", "title": ""}], "total": 1}
    page.route("**/items?*", lambda route: route.fulfill(json=found))
    place = {"rank": 1, "item": "x", "title": "", "score": 0.12345, "rating": None}
    page.route("**/recommend", lambda route: route.fulfill(json={"items": [place]}))
    page.reload()
    page.locator("#list li").wait_for()
    rate(page, "a", "abc", 9)
    group = page.get_by_role("group", name="Your rating of abc").last
    assert group.get_by_role("radio").count() == 10
    places = group.locator(".mark").evaluate_all("all => all.map((one) => one.offsetTop)")
    assert len(set(places)) == 1  # in one line
    assert page.locator("#list .score").inner_text() == "0.123"
    assert titles(page) == ["x"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert said == []


def test_what_is_not_found_and_what_goes_wrong(opened, url):
    page, _ = opened(url)
    search(page).fill("qqqqqq")
    page.locator("#found", has_text="Nothing has such a title.").wait_for()
    page.route("**/recommend", lambda route: route.abort())
    rate(page, "toy sto", TOY_STORY, 5)
    page.locator("#said.bad", has_text="The service does not answer.").wait_for()
    assert titles(page) == []


def test_it_asks_for_the_key(opened, serving):
    with serving(RECLI_API_KEY=KEY) as url:
        page, _ = opened(url)
        field = page.get_by_label("API key")
        field.fill("another")
        page.keyboard.press("Enter")
        page.locator("#key-said", has_text="not the one").wait_for()
        assert search(page).is_hidden()
        field.fill(KEY)
        page.keyboard.press("Enter")
        wait_for_list(page, "What most people like")
        assert field.is_hidden()
        page.reload()  # the tab knows it still
        wait_for_list(page, "What most people like")


def test_other_pages_cannot_hold_it(opened, url):
    page, _ = opened(url)
    answer = page.request.get(url)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
