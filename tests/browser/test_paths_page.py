"""The page of the route map in a real browser: its filters, its pictures, on narrow screens, in the dark,
without a mouse, and with routes that would like to be scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.browser.chromium import Page, chromium
from tests.paths.test_page import HOSTILE, SHOP, hostile, made

from rescind.paths.model import Map
from rescind.paths.policy.configuration import Policy

pytestmark = pytest.mark.long

SHOWN = "[...document.querySelectorAll('#routes tbody tr')].filter(row => row.offsetParent !== null)"
PATHS = f"{SHOWN}.map(row => row.querySelector('th code').textContent)"
FITS = "document.documentElement.scrollWidth <= innerWidth"
CHOOSE = "(field => {{ field.value = '{}'; field.dispatchEvent(new Event('input', {{ bubbles: true }})) }})"
FIELD = "(document.forms.filters.elements['{}'])"
CONTRAST = """(() => {
  const light = (color) => color.match(/[\\d.]+/g).slice(0, 3).map(Number).map((c) => c / 255)
    .map((c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  const paper = light(getComputedStyle(document.body).backgroundColor);
  const ratio = (each) => {
    const ink = light(getComputedStyle(each).color);
    return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
  };
  return Math.min(...[...document.querySelectorAll('td, th, p, h1, small, span, a')].map(ratio));
})()"""


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Page]:
    with chromium(tmp_path / "profile") as opened:
        yield opened


def opened(browser: Page, folder: Path, drawn: Map) -> None:
    (folder / "page.html").write_text(made(drawn, Policy("rescind.toml")), encoding="utf-8")
    browser.go((folder / "page.html").as_uri())


def choose(browser: Page, name: str, value: str) -> Any:
    browser.evaluate(CHOOSE.format(value) + FIELD.format(name))
    return browser.evaluate(PATHS)


def test_filters(browser: Page, tmp_path: Path) -> None:
    opened(browser, tmp_path, SHOP)
    assert browser.evaluate(PATHS) == ["/unread", "/admin", "/me", "/"]
    assert choose(browser, "audience", "admin") == ["/admin"]
    assert browser.evaluate("document.getElementById('count').textContent") == "1 of 4 routes"
    assert choose(browser, "behaviour", "unknown") == []
    browser.evaluate("document.querySelector('#filters button').click()")
    browser.wait(f"{SHOWN}.length === 4")
    assert choose(browser, "credential", "c0") == ["/admin", "/me"]
    assert choose(browser, "text", "VIEWS.PY /m") == ["/me"]


def test_a_picture_for_each_end_with_the_keyboard(browser: Page, tmp_path: Path) -> None:
    opened(browser, tmp_path, SHOP)
    shown = (
        "[...document.querySelectorAll('figure')].filter(one => one.offsetParent)"
        ".map(one => one.querySelector('svg').getAttribute('aria-label'))"
    )
    assert [each.partition(":")[0] for each in browser.evaluate(shown)] == ["signed out"]
    browser.call("Input.dispatchKeyEvent", type="keyDown", key="Tab", code="Tab", windowsVirtualKeyCode=9)
    assert browser.evaluate("document.activeElement.id") == "end-0"
    for kind in ("keyDown", "keyUp"):
        browser.call("Input.dispatchKeyEvent", type=kind, key="ArrowRight", code="ArrowRight",
                     windowsVirtualKeyCode=39)  # fmt: skip
    browser.wait("document.activeElement.id === 'end-1'")
    assert [each.partition(":")[0] for each in browser.evaluate(shown)] == ["disabled"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_narrow_and_wide_light_and_dark(browser: Page, tmp_path: Path, scheme: str) -> None:
    opened(browser, tmp_path, SHOP)
    for width in (360, 768, 1280):
        browser.look(tmp_path / f"{scheme}-{width}.png", scheme=scheme, width=width, height=900)
        assert browser.evaluate(FITS), width
    assert browser.evaluate(CONTRAST) >= 4.5  # WCAG 2.2, 1.4.3


def test_names_in_the_tree_that_screen_readers_have(browser: Page, tmp_path: Path) -> None:
    opened(browser, tmp_path, SHOP)
    browser.call("Accessibility.enable")
    nodes = browser.call("Accessibility.getFullAXTree")["nodes"]
    named = [
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in nodes if not node.get("ignored")
    ]  # fmt: skip
    roles = {"radio", "combobox", "searchbox", "button", "image", "region", "form", "group"}
    assert roles <= {role for role, _ in named}
    assert [each for each in named if each[0] in roles and not each[1]] == []
    assert ("combobox", "after signing out") in named and ("button", "show all") in named


def test_what_would_like_to_be_a_script(browser: Page, tmp_path: Path) -> None:
    for text in HOSTILE:
        opened(browser, tmp_path, hostile(text))
        assert browser.evaluate("document.querySelectorAll('script, iframe, img, object').length") == 1
        assert browser.evaluate(f"{SHOWN}.length") == 2
    # And if one came in all the same, the policy would not let it run.
    browser.evaluate("window.added = document.createElement('script'); added.textContent = 'window.ran = 1'")
    browser.evaluate("document.body.append(added)")
    assert browser.evaluate("window.ran === undefined")
