"""One spelling for one login, so that nobody registers a second "Ada@example.com"."""

from __future__ import annotations

from hashlib import sha256
from unicodedata import normalize

from rescind.model.principal import MAX_ID_LENGTH, text_id


def normalise_login(login: str) -> str:
    """NFKC, case-folded, trimmed: the form that accounts are stored and found by.

    Args:
        login: an e-mail address or a name, as typed.

    Raises:
        TypeError: not a string, or empty.
        ValueError: longer than 255 characters, or with control or invisible characters.

    Unlike a password, a login is not a secret and is retyped from memory and by phones that capitalise; two
    spellings of one name are one account (Unicode 3.13 D145 ``NFKC_Casefold``, without its removals: an
    invisible character is refused instead).
    """
    if not isinstance(login, str):
        raise TypeError(f"login is {type(login).__name__}: pass a string")
    if len(login) > MAX_ID_LENGTH * 4:  # before any work is done with it
        raise ValueError(f"login is longer than {MAX_ID_LENGTH} characters")
    folded = normalize("NFKC", normalize("NFKC", normalize("NFD", login).casefold()).casefold())
    return text_id(folded.strip(), argument="login")


def login_digest(login: str) -> str:
    """Six hex digits of the login's SHA-256: lets an auditor see that two attempts used one login.

    24 bits and no more: people type their password into the wrong field, and a longer digest would let
    whoever reads the audit trail confirm a guess.
    """
    return sha256(login.encode("utf-8", "surrogatepass")).hexdigest()[:6]
