"""The settings of an engine as the HTTP rules want them."""

from __future__ import annotations

from dataclasses import dataclass, field

from rescind.config import Settings
from rescind.errors import ConfigurationError
from rescind.transport.client_address import TrustedProxies
from rescind.transport.cookie import CookiePolicy
from rescind.transport.csrf import CsrfPolicy
from rescind.transport.redirect import is_safe_next


@dataclass(frozen=True, slots=True)
class WebSettings:
    """Validated once, at start.

    Attributes:
        cookie: how our cookie looks.
        refreshes: sessions have refresh tokens.
        refresh_cookie: that of the refresh token; ``None`` where browsers have none.
        csrf: who else may send requests on it.
        proxies: whose forwarded headers count.
        sign_in_url: where a person is sent to sign in, ``None`` for a page of ours.
        home: where a form leads that names no (safe) ``next``.
        production: the application says so; refuses the development cookie.
        sets_cookie: false where the framework owns our cookie, and sets and clears it itself.
    """

    cookie: CookiePolicy = field(default_factory=CookiePolicy)
    csrf: CsrfPolicy = field(default_factory=CsrfPolicy)
    proxies: TrustedProxies = field(default_factory=TrustedProxies)
    sign_in_url: str | None = None
    home: str = "/"
    production: bool = False
    refreshes: bool = False
    refresh_cookie: CookiePolicy | None = None
    sets_cookie: bool = True

    def __post_init__(self) -> None:
        if not is_safe_next(self.home):
            raise ConfigurationError(f"home={self.home!r}: use a path of this application such as /")

    @property
    def own_cookie(self) -> CookiePolicy | None:
        """Our cookie, if it is for us to set and to clear."""
        return self.cookie if self.sets_cookie else None

    @classmethod
    def of(cls, settings: Settings, *, home: str = "/") -> WebSettings:
        """Translate the settings of an engine.

        Raises:
            ConfigurationError: names the setting and the mend.
        """
        cookie = CookiePolicy.dev() if settings.cookie == "dev" else CookiePolicy()
        refreshes = settings.session_model == "jwt"
        return cls(
            cookie=cookie,
            refreshes=refreshes,
            refresh_cookie=cookie.for_refreshing() if refreshes else None,
            csrf=CsrfPolicy.of(settings.trusted_origins),
            proxies=TrustedProxies.of(settings.trusted_proxies),
            sign_in_url=settings.sign_in_url,
            home=home,
            production=settings.production,
        )
