"""``session_model``: which credentials an engine issues, and which checks judge them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rescind.config import Settings, sqlite_path
from rescind.errors import MissingExtra
from rescind.model.principal import P
from rescind.sessions.opaque import OpaqueChecks
from rescind.stores.base import Capabilities

if TYPE_CHECKING:
    from rescind.sessions.jwt.credentials import JwtCredentials


def make_tokens(settings: Settings, store: Capabilities) -> JwtCredentials | None:
    """The signed tokens of an engine; ``None`` where its sessions are opaque. Reads nothing yet.

    Raises:
        ConfigurationError: workers of several machines would not share a secret.
        MissingExtra: what signs is not installed.
    """
    if settings.session_model != "jwt":
        return None
    try:
        from rescind.sessions.jwt.credentials import JwtCredentials
        from rescind.sessions.jwt.material import Material, Sources, read_material, require_secret
    except ModuleNotFoundError as error:
        raise MissingExtra("jwt", 'session_model="jwt"') from error

    beside = _secret_file(settings)
    if beside is None and store.shared:
        require_secret(settings.secret)
    sources = Sources(settings.secret, beside, settings.signing_keys)

    def load() -> Material:
        return read_material(sources)

    return JwtCredentials(
        load=load,
        realm=settings.realm,
        issuer=settings.token_issuer,
        audience=settings.token_audience,
        life=settings.access_life,
    )


def missing_secret(settings: Settings) -> str | None:
    """What to say instead of looking at the keys, where that would make the secret that makes them."""
    path = _secret_file(settings)
    if path is None or path.exists():
        return None
    return f"{path} is not there yet: the application makes it when it starts"


def make_checks(
    tokens: JwtCredentials | None, *, key_ended: Callable[[str], bool], **parts: Any
) -> OpaqueChecks[P]:
    """What judges the credentials of an engine.

    Args:
        key_ended: asks the authority whether a signing key has ended.
        parts: as for ``OpaqueChecks``.
    """
    if tokens is None:
        return OpaqueChecks(**parts)
    from rescind.sessions.jwt.checks import JwtChecks

    return JwtChecks(tokens=tokens, key_ended=key_ended, **parts)


def _secret_file(settings: Settings) -> Path | None:
    """Where the secret is kept if none is given; ``None``: not in a file."""
    path = sqlite_path(settings.url)
    return None if path is None or settings.secret else path.with_name(f"{path.name}.key")
