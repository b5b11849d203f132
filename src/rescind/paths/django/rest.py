"""Authentication classes of REST framework and of what stands on it: one credential each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from rescind.paths.django import simplejwt
from rescind.paths.django.accounts import Account
from rescind.paths.django.ends import End, Ends
from rescind.paths.django.places import Places
from rescind.paths.django.sessions import Sessions, placed, privilege
from rescind.paths.model import Behaviour, Credential, Evidence, Mechanism

STOCK = "django.contrib.auth.backends."
REST = "rest_framework.authentication."
KNOX_TTL_S = 36_000.0
OAUTH_TTL_S = 36_000.0


class Kept(NamedTuple):
    """A credential that is a row, which ``what`` removes."""

    name: str
    mechanism: Mechanism
    natural: Behaviour
    what: str
    account: Account


class Rest:
    """Of one project."""

    def __init__(self, facts: dict[str, Any], ends: Ends, sessions: Sessions, places: Places) -> None:
        self.facts = facts
        self.settings: dict[str, Any] = facts["settings"]
        self.ends = ends
        self.sessions = sessions
        self.places = places
        self.makers: dict[str, Callable[[dict[str, Any], set[str], set[str]], Credential]] = {
            REST + "SessionAuthentication": self.session,
            "rescind.django.drf.SessionAuthentication": self.session,
            "rescind.django.drf.BearerAuthentication": self.rescind,
            REST + "BasicAuthentication": self.basic,
            REST + "TokenAuthentication": self.token,
            REST + "RemoteUserAuthentication": self.remote,
            simplejwt.STATELESS: self.jwt,
            simplejwt.READING: self.jwt,
            "knox.auth.TokenAuthentication": self.knox,
            "oauth2_provider.contrib.rest_framework.authentication.OAuth2Authentication": self.oauth,
        }

    def credentials(self, layer: dict[str, Any], looked_at: set[str], roles: set[str]) -> list[Credential]:
        """In the order in which they are tried."""
        if "get_authenticators" in layer["own"] or "perform_authentication" in layer["own"]:
            return [unread("rest", "its view chooses authenticators itself: look at get_authenticators()")]
        return [self.one(each, looked_at, roles) for each in layer["authentication"]]

    def one(self, made: dict[str, Any], looked_at: set[str], roles: set[str]) -> Credential:
        for base in made["bases"]:
            if base in self.makers:
                found = self.makers[base](made, looked_at, roles)
                if base != made["name"] and made["own"]:
                    return self.doubtful(found, made)
                return found
        short = made["name"].rpartition(".")[2]
        return unread(short, f"{made['name']} is not known: look at its authenticate()")

    def doubtful(self, found: Credential, made: dict[str, Any]) -> Credential:
        """A subclass with code of its own: what that leaves out nobody knows."""
        name = made["name"]
        said = Behaviour("unknown", f"{name} has {', '.join(sorted(made['own']))} of its own: look there")
        return replace(
            found,
            name=name.rpartition(".")[2],
            on_revoke=said,
            on_account_disable=said,
            on_password_change=said,
        )

    def session(self, _made: dict[str, Any], looked_at: set[str], roles: set[str]) -> Credential:
        found = self.sessions.credential(looked_at, roles)
        if found.on_account_disable.kind == "immediate" or found.mechanism == "rescind":
            return found
        # Whatever the backend says, this class asks for is_active itself.
        if self.sets_active() and self.sessions.accounts.is_flag:
            told = Behaviour(
                "immediate", "SessionAuthentication looks at is_active of the user's row on each request"
            )
            return replace(found, on_account_disable=self.sessions.routed() or told)
        return found

    def sets_active(self) -> bool:
        end = self.ends.disable
        return not end.offered or "is_active" in end.sets

    def rescind(self, _made: dict[str, Any], _looked_at: set[str], roles: set[str]) -> Credential:
        account = self.sessions.of_rescind(roles)
        return replace(account, name="bearer")

    def basic(self, _made: dict[str, Any], looked_at: set[str], roles: set[str]) -> Credential:
        natural = Behaviour("never", "the password itself is sent with each request")
        change = Behaviour("immediate", "the password is checked on each request")
        account = Account(True, True, "is_active of the user's row is looked at on each request", change.why)
        known = all(
            each["name"].startswith(STOCK) for each in self.sessions.accounts.given.get("backends", ())
        )
        return Credential(
            "basic",
            "basic",
            None,
            natural,
            self.flagged(account, looked_at, natural),
            change
            if known
            else Behaviour(
                "unknown", "a backend of the application checks passwords: look at its authenticate()"
            ),
            privilege(roles),
            self.evidence(),
        )

    def flagged(self, account: Account, looked_at: set[str], natural: Behaviour) -> Behaviour:
        if not self.sessions.accounts.has_flag:
            account = self.sessions.accounts.looked_at()
        return self.sessions.disabled(account, looked_at, natural)

    def token(self, made: dict[str, Any], looked_at: set[str], roles: set[str]) -> Credential:
        natural = Behaviour("never", "its row has no end (rest_framework.authtoken)")
        account = Account(True, False, "its row and is_active of its user are read on each request", "")
        return self.kept(Kept("token", "api_key", natural, "token", account), looked_at, roles)

    def kept(self, row: Kept, looked_at: set[str], roles: set[str]) -> Credential:
        """One whose row is looked up on each request."""
        out = self.removed(self.ends.sign_out, row, "signing out")
        changed = self.removed(self.ends.password, row, "changing the password")
        return Credential(
            row.name,
            row.mechanism,
            row.natural.seconds,
            out,
            self.flagged(row.account, looked_at, row.natural),
            changed,
            privilege(roles),
            self.evidence(),
        )

    def removed(self, end: End, row: Kept, words: str) -> Behaviour:
        at = end.does.get(row.what)
        if at is not None:
            return self.sessions.routed() or Behaviour(
                "immediate", f"its row is looked up on each request, and {words} removes it: {placed(at)}"
            )
        if end.unread:
            return Behaviour("unknown", f"what {end.unread} does was not read")
        said = f"{words} does not remove its row" if end.offered else f"nothing here is about {words}"
        return replace(row.natural, why=f"{said}; {row.natural.why}")

    def jwt(self, made: dict[str, Any], looked_at: set[str], roles: set[str]) -> Credential:
        return simplejwt.access(self, made, looked_at, roles)

    def knox(self, _made: dict[str, Any], looked_at: set[str], roles: set[str]) -> Credential:
        given = self.settings.get("REST_KNOX") or {}
        ttl = given.get("TOKEN_TTL", KNOX_TTL_S)
        again = ", which each request begins anew" if given.get("AUTO_REFRESH") else ""
        natural = (
            Behaviour("never", "TOKEN_TTL is None")
            if ttl is None
            else Behaviour("expiry", f"its row has an end that is looked at (TOKEN_TTL){again}", float(ttl))
        )
        account = Account(True, False, "its row and is_active of its user are read on each request", "")
        found = self.kept(Kept("knox", "api_key", natural, "knox", account), looked_at, roles)
        return replace(found, max_lifetime_s=None) if again else found

    def oauth(self, _made: dict[str, Any], looked_at: set[str], roles: set[str]) -> Credential:
        given = self.settings.get("OAUTH2_PROVIDER") or {}
        if given.get("RESOURCE_SERVER_INTROSPECTION_URL"):
            return unread(
                "oauth", "another server is asked for tokens (RESOURCE_SERVER_INTROSPECTION_URL): look there"
            )
        natural = Behaviour(
            "expiry",
            "its row has an end that is looked at (ACCESS_TOKEN_EXPIRE_SECONDS)",
            float(given.get("ACCESS_TOKEN_EXPIRE_SECONDS", OAUTH_TTL_S)),
        )
        account = Account(False, False, "OAuth2Authentication does not look at is_active", "")
        return self.kept(Kept("oauth", "oauth_bearer", natural, "oauth", account), looked_at, roles)

    def remote(self, _made: dict[str, Any], _looked_at: set[str], _roles: set[str]) -> Credential:
        return remote_user()

    def evidence(self) -> tuple[Evidence, ...]:
        found = [
            self.places.setting(name)
            for name in ("REST_FRAMEWORK", "SIMPLE_JWT", "REST_KNOX", "OAUTH2_PROVIDER")
        ]
        return tuple(each for each in found if each is not None)


def unread(name: str, why: str) -> Credential:
    said = Behaviour("unknown", why)
    return Credential(name, "unknown", None, said, said, said, said)


def remote_user() -> Credential:
    return unread(
        "remote user", "the server in front says who it is (REMOTE_USER): look at how that can be ended"
    )
