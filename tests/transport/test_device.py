"""Names of devices from ``User-Agent``: short, of safe characters, recognisable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rescind.transport.device import device_label

CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0"
SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
IPHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) {SAFARI}"
MAC = f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {SAFARI}"
IPAD = f"Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) {SAFARI}"
KNOWN = {
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0": "Firefox on Linux",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36": "Chrome on Windows",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36 Edg/142.0.0.0": "Edge on Windows",
    f"Mozilla/5.0 (Linux; Android 10; K) {CHROME} Mobile Safari/537.36": "Chrome on Android",
    f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {CHROME} Safari/537.36": "Chrome on ChromeOS",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36 OPR/126.0.0.0": "Opera on Windows",
    f"{MAC} Version/26.0 Safari/605.1.15": "Safari on macOS",
    f"{IPHONE} Version/26.0 Mobile/15E148 Safari/604.1": "Safari on iPhone",
    f"{IPHONE} FxiOS/145.0 Mobile Safari/605.1.15": "Firefox on iPhone",
    f"{IPAD} CriOS/142.0 Mobile Safari/604.1": "Chrome on iPad",
    "curl/8.5.0": "curl/8.5.0",
    "python-httpx/0.28.1": "python-httpx/0.28.1",
    "okhttp/4.12.0": "okhttp/4.12.0",
    "Shop/2.4 (Android 15; sdk 35)": "Shop/2.4",
    "Mozilla/5.0 (X11; Linux x86_64) SomethingNew/1.0": "Linux",
    "Mozilla/5.0": None,
    "": None,
    None: None,
    "<script>alert(1)</script>": None,
    "curl\x1b[31m": None,
    "a" * 41: None,
}


@pytest.mark.parametrize("user_agent", KNOWN)
def test_what_people_recognise(user_agent: str | None) -> None:
    assert device_label(user_agent) == KNOWN[user_agent]


texts = st.text(max_size=600) | st.sampled_from([text for text in KNOWN if text]).flatmap(
    lambda known: st.text(max_size=40).map(lambda added: added + known + added)
)


@given(texts)
def test_whatever_comes_in_a_short_and_harmless_name_comes_out(user_agent: str) -> None:
    label = device_label(user_agent)
    if label is not None:
        assert 0 < len(label) <= 60
        assert label.isascii() and label.isprintable()
        assert not set(label) & set("<>&\"'\\%")
