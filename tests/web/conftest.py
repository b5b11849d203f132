"""The site that the tests of the routes use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.web.site import Browser, Site

from rescind.testing import FakeClock


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site(FakeClock())
    yield made
    made.auth.close()


@pytest.fixture
def ada(site: Site) -> Browser:
    """A browser in which ada (principal 7) is signed in."""
    browser = site.browser()
    assert browser.sign_in().status == 200
    return browser
