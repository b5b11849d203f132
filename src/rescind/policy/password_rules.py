"""Is this a password that somebody may choose? Length, and not their own name; nothing else.

Sources: NIST SP 800-63B-4 3.1.1.2 and ASVS 6.2.1, 6.2.5, 6.2.8, 6.2.9, 6.2.11. No composition rules,
no expiry, no truncation, each code point counts as one. Lists of breached passwords are not looked at here.
"""

from __future__ import annotations

from dataclasses import dataclass
from unicodedata import normalize

from rescind.errors import ConfigurationError, PasswordRejected
from rescind.policy.login_name import normalise_login


@dataclass(frozen=True, slots=True)
class PasswordRules:
    """Limits for new passwords, in Unicode code points after normalisation.

    Attributes:
        min_length: ASVS 6.2.1 asks for 8 and recommends 15; NIST SP 800-63B-4 asks for 15 where the password
            is the only factor.
        max_length: bounds the work of one request (ASVS 6.2.9 asks for at least 64). What is longer is
            refused, never cut.
    """

    min_length: int = 8
    max_length: int = 1024

    def __post_init__(self) -> None:
        if not 1 <= self.min_length <= self.max_length:
            raise ConfigurationError(
                "min_length: from 1 to max_length, for example PasswordRules(min_length=15)"
            )


def normalise_password(password: str, *, max_length: int) -> bytes | None:
    """The bytes that are hashed: NFC, then UTF-8. ``None`` when no hash can be of it.

    Args:
        password: as received.
        max_length: code points; longer ones are not even normalised.

    NFC joins what two keyboards type for one character ("é" as one code point or as two) and changes nothing
    else: case, spaces and width stay as they were (ASVS 6.2.8). NIST SP 800-63B-4 3.1.1.2 names NFC where its
    third revision named NFKC; RFC 8265 4.2 has the same rule.
    """
    if len(password) > max_length:
        return None
    try:
        return normalize("NFC", password).encode("utf-8")
    except UnicodeEncodeError:  # a lone surrogate: not text
        return None


def judge_password(password: str, rules: PasswordRules, *, login: str | None = None) -> None:
    """Let a new password pass, or say why not.

    Args:
        password: as typed.
        rules: the limits.
        login: the login it is for; neither it nor the part before an ``@`` may be the password.

    Raises:
        TypeError: ``password`` is not a string.
        PasswordRejected: with ``problem``.
    """
    if not isinstance(password, str):
        raise TypeError(f"password is {type(password).__name__}: pass a string")
    if len(password) > rules.max_length:
        raise PasswordRejected("too_long", f"a password has at most {rules.max_length} characters")
    raw = normalise_password(password, max_length=rules.max_length)
    if raw is None:
        raise PasswordRejected("not_text", "the password holds characters that are not text")
    if len(raw.decode("utf-8")) < rules.min_length:
        raise PasswordRejected("too_short", f"a password has at least {rules.min_length} characters")
    if login is not None and _is_login(password, login):
        raise PasswordRejected("is_login", "the password must not be the login")


def _is_login(password: str, login: str) -> bool:
    try:
        name = normalise_login(login)
        return normalise_login(password) in (name, name.partition("@")[0])
    except (TypeError, ValueError):  # it could not be a login at all, so it is not this one
        return False
