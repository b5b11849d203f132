"""The settings of an engine become HTTP rules, or an error that names the setting."""

from __future__ import annotations

from typing import Any

import pytest

from rescind.config import make_settings
from rescind.errors import ConfigurationError
from rescind.transport.cookie import CookiePolicy
from rescind.web.settings import WebSettings


def of(**given: Any) -> WebSettings:
    return WebSettings.of(make_settings("memory://", **given))


def test_the_defaults_are_the_safe_ones() -> None:
    assert of() == WebSettings()
    assert of().cookie == CookiePolicy()
    assert of().csrf.trusted_origins == frozenset()
    assert of().proxies.networks == ()


def test_each_setting_arrives() -> None:
    web = of(
        cookie="dev",
        trusted_origins=["https://admin.example"],
        trusted_proxies=["10.0.0.0/8", "unix"],
        sign_in_url="/login",
    )
    assert web.cookie == CookiePolicy.dev()
    assert web.csrf.trusted_origins == {"https://admin.example"}
    assert web.proxies.unix
    assert web.sign_in_url == "/login"
    assert of(production=True).production


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"trusted_origins": ["admin.example"]}, "trusted_origins"),
        ({"trusted_proxies": ["proxy"]}, "trusted_proxies"),
    ],
)
def test_a_setting_that_cannot_work_is_named(given: dict[str, Any], name: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        of(**given)


@pytest.mark.parametrize("home", ["//evil.example", "https://evil.example", ""])
def test_home_is_a_path_of_ours(home: str) -> None:
    with pytest.raises(ConfigurationError, match="home"):
        WebSettings.of(make_settings("memory://"), home=home)
