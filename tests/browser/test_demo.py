"""What the demo lets people try: one sign-in for three frameworks, and one revoke that ends it in all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.browser.chromium import Page, chromium

from rescind import Rescind
from rescind.demo.alice import ID, add_alice
from rescind.demo.servers import DJANGO, OURS, Servers, Site, servers
from rescind.demo.sites.page import ASKS
from rescind.demo.sites.places import DATABASE

pytestmark = pytest.mark.long

SAID = "document.querySelector('pre').textContent"


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    with chromium(tmp_path / "profile") as opened:
        yield opened


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Servers]:
    with servers(tmp_path, "k" * 64, 0, OURS) as running:
        yield running


def press(page: Page, text: str) -> str:
    """What the page shows after one of its buttons was pressed: the status, and how long it took."""
    page.evaluate(f"{SAID.removesuffix('.textContent')}.textContent = ''")
    page.evaluate(f"[...document.querySelectorAll('button')].find(b => b.textContent === '{text}').click()")
    page.wait(f"{SAID} !== ''")
    said: str = page.evaluate(SAID)
    return said


def sign_in(page: Page, served: Servers, site: Site, password: str) -> None:
    page.go(served.page(site))
    page.evaluate(f"document.querySelector('[name=password]').value = '{password}'")
    page.evaluate("document.querySelector('form button').click()")
    page.wait("document.readyState === 'complete' && document.body.innerText.includes('Signed in as')")


def test_one_sign_in_and_one_revoke_for_three_frameworks(page: Page, served: Servers, tmp_path: Path) -> None:
    password = add_alice(served.environ)
    sign_in(page, served, DJANGO, password)
    for site in OURS:
        page.go(served.page(site))
        assert f"Signed in as person {ID}" in page.text()
        for text in ASKS:
            if text != "Sign out here":
                assert press(page, text).startswith("200 in "), f"{site.label}: {text}"
        page.look(tmp_path / f"{site.name}.png", width=900, height=480)
    with Rescind(f"sqlite:///{tmp_path / DATABASE}", principal_id=int) as auth:
        receipt = auth.revoke(principal=ID, reason="trying it")
    assert (receipt.state, receipt.ended) == ("final", {"session": 1})
    assert press(page, "Read my note").startswith("401 in ")
    page.look(tmp_path / "refused.png", width=900, height=480)
    for site in OURS:
        page.go(served.page(site))
        assert "Password" in page.text()


@pytest.mark.parametrize("site", OURS, ids=lambda site: site.name)
def test_signing_out_in_one_is_signing_out_of_all(page: Page, served: Servers, site: Site) -> None:
    password = add_alice(served.environ)
    sign_in(page, served, site, password)
    assert press(page, "Sign out here").startswith("204 in ")
    for other in OURS:
        page.go(served.page(other))
        assert "Password" in page.text()
