"""What the demo lets people try: one sign-in for three frameworks, and one revoke that ends it in all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Demo:
    """The applications of all three frameworks while they run, and the password of somebody in them."""

    served: Servers
    folder: Path
    password: str

    def sign_in(self, page: Page, site: Site) -> None:
        page.go(self.served.page(site))
        page.evaluate(f"document.querySelector('[name=password]').value = '{self.password}'")
        page.evaluate("document.querySelector('form button').click()")
        page.wait("document.readyState === 'complete' && document.body.innerText.includes('Signed in as')")

    def expect_nobody(self, page: Page) -> None:
        for site in OURS:
            page.go(self.served.page(site))
            assert "Password" in page.text()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    with servers(folder, "k" * 64, 0, OURS) as served:
        yield Demo(served, folder, add_alice(served.environ))


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    with chromium(tmp_path / "profile") as opened:
        yield opened


def press(page: Page, text: str) -> str:
    """What the page shows after one of its buttons was pressed: the status, and how long it took."""
    page.evaluate(f"{SAID.removesuffix('.textContent')}.textContent = ''")
    page.evaluate(f"[...document.querySelectorAll('button')].find(b => b.textContent === '{text}').click()")
    page.wait(f"{SAID} !== ''")
    said: str = page.evaluate(SAID)
    return said


def test_one_sign_in_and_one_revoke_for_three_frameworks(page: Page, demo: Demo, tmp_path: Path) -> None:
    demo.sign_in(page, DJANGO)
    for site in OURS:
        page.go(demo.served.page(site))
        assert f"Signed in as person {ID}" in page.text()
        for text in ASKS:
            if text != "Sign out here":
                assert press(page, text).startswith("200 in "), f"{site.label}: {text}"
        page.look(tmp_path / f"{site.name}.png", width=900, height=480)
    with Rescind(f"sqlite:///{demo.folder / DATABASE}", principal_id=int) as auth:
        receipt = auth.revoke(principal=ID, reason="trying it")
    assert (receipt.state, receipt.ended) == ("final", {"session": 1})
    assert press(page, "Read my note").startswith("401 in ")
    page.look(tmp_path / "refused.png", width=900, height=480)
    demo.expect_nobody(page)


@pytest.mark.parametrize("site", OURS, ids=lambda site: site.name)
def test_signing_out_in_one_is_signing_out_of_all(page: Page, demo: Demo, site: Site) -> None:
    demo.sign_in(page, site)
    assert press(page, "Sign out here").startswith("204 in ")
    demo.expect_nobody(page)
