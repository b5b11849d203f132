"""What names say: which are secrets, and which only speak about one."""

from __future__ import annotations

import pytest

from rescind.review.naming.words import secret_kind, speaks_of_auth, words_of


def test_words() -> None:
    assert words_of("newHTTPToken_2") == ("new", "http", "token", "2")
    assert words_of("generateotp") == ("generate", "otp")
    assert words_of("compass") == ("compass",)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("password", "password"), ("newPassword", "password"), ("password2", "password"), ("pwd", "password"),
        ("user_pin", "password"), ("token", "token"), ("X-Auth-Token", "token"), ("session_id", "token"),
        ("sessionid", "token"), ("otp", "code"), ("reset_code", "code"), ("hexdigest", "digest"),
        ("X-Hub-Signature-256", "digest"), ("api_key", "key"), ("signingKey", "key"),
        ("SECRET_KEY", "key"), ("client_secret", "key"), ("token_hash", "digest"),
        ("token_type", ""), ("password_field", ""), ("has_password", ""), ("is_token", ""), ("key", ""),
        ("cache_key", ""), ("public_key", ""), ("status_code", ""), ("token_url", ""), ("user_id", ""),
        ("password_changed_at", ""), ("max_tokens", ""), ("", ""), ("2", ""),
    ],
)  # fmt: skip
def test_kinds_of_secrets(name: str, kind: str) -> None:
    assert secret_kind(name) == kind


def test_near_auth() -> None:
    assert speaks_of_auth("shop.accounts.views.change")
    assert not speaks_of_auth("shop.catalogue.views.author")
