"""The session of Django as the settings have it, and what ends a copy of its cookie."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rescind.paths.behaviours import where
from rescind.paths.django.accounts import Account, Accounts
from rescind.paths.django.ends import Ends
from rescind.paths.django.places import Places
from rescind.paths.following.facts import At
from rescind.paths.libraries import RESCIND
from rescind.paths.model import Behaviour, Credential, Evidence, Mechanism
from rescind.reading import Project

BACKENDS = "django.contrib.sessions.backends."
KINDS: dict[str, Mechanism] = {
    "signed_cookies": "session_signed_cookie",
    "cached_db": "session_db",
    "db": "session_db",
    "cache": "session_cache",
    "file": "session_file",
}
STOCK = {
    "django.contrib.sessions.middleware.SessionMiddleware",
    "rescind.django.middleware.SessionMiddleware",
}
OF_ONE_PROCESS = "django.core.cache.backends.locmem.LocMemCache"
ACCOUNT = {"is_active", "active"}


class Sessions:
    """Of one project with its settings."""

    def __init__(self, project: Project, facts: dict[str, Any], ends: Ends, places: Places) -> None:
        self.project = project
        self.settings: dict[str, Any] = facts["settings"]
        self.accounts = Accounts(facts.get("accounts") or {}, places)
        self.ends = ends
        self.places = places

    def credential(self, looked_at: set[str], roles: set[str]) -> Credential:
        """What it is where a route looks at these attributes of the user and asks for these roles."""
        engine = self.settings.get("SESSION_ENGINE", "")
        if engine == "rescind.django.sessions":
            return self.of_rescind(roles)
        kind = self.kind()
        natural = self.natural(kind)
        account = self.accounts.looked_at()
        return Credential(
            "session",
            KINDS.get(kind, "unknown"),
            None if self.settings.get("SESSION_SAVE_EVERY_REQUEST") else natural.seconds,
            on_revoke=self.signed_out(kind, natural),
            on_account_disable=self.disabled(account, looked_at, natural),
            on_password_change=self.changed(account, natural),
            on_privilege_change=privilege(roles),
            evidence=self.evidence(),
        )

    def kind(self) -> str:
        """The engine, or the one that it stands on."""
        bases = self.settings.get("engine") or [f"{self.settings.get('SESSION_ENGINE', '')}.SessionStore"]
        own = [each for each in bases if str(each).startswith("own ")]
        if own:
            return ""
        for base in bases:
            for kind in KINDS:
                if base == f"{BACKENDS}{kind}.SessionStore":
                    return kind
        return ""

    def age(self, kind: str) -> tuple[float | None, str]:
        """The longest that a session may be given, and what to say of it."""
        given = self.settings.get("SESSION_COOKIE_AGE", 1_209_600)
        age = float(given) if isinstance(given, int | float) else None
        if kind == "signed_cookies":  # whatever set_expiry() says, the signature is held against the setting
            return age, "SESSION_COOKIE_AGE"
        longest, said = age, "SESSION_COOKIE_AGE"
        for node, at in self.ends.lasting:
            for option in self.project.values_of(node, at.module.scope_of(at.node)).options:
                if isinstance(option.value, int | float) and longest is not None and option.value > longest:
                    longest, said = float(option.value), f"set_expiry(), {where(at)}"
        return longest, said

    def natural(self, kind: str) -> Behaviour:
        if not STOCK & set(self.settings.get("MIDDLEWARE") or ()):
            return Behaviour(
                "unknown", "MIDDLEWARE has no SessionMiddleware that is known: look at what it has"
            )
        if not kind:
            engine = self.settings.get("SESSION_ENGINE", "")
            return Behaviour(
                "unknown",
                f"sessions are kept by {engine}, which is not known: look at its load() and delete()",
            )
        age, said = self.age(kind)
        text = f"it is good for {said}" if age is None else f"it is good for {age:,.0f} s ({said})"
        again = (
            ", and each request begins that anew" if self.settings.get("SESSION_SAVE_EVERY_REQUEST") else ""
        )
        return Behaviour("expiry", f"{text} after it was last saved{again}", age)

    def signed_out(self, kind: str, natural: Behaviour) -> Behaviour:
        if natural.kind == "unknown":
            return natural
        end = self.ends.sign_out
        if kind == "signed_cookies":
            return replace(
                natural, why=f"the cookie itself is the session: nothing can end a copy; {natural.why}"
            )
        at = end.does.get("session")
        if at is None:
            said = (
                "signing out does not end the session" if end.offered else "nothing here is about signing out"
            )
            if end.unread:
                return Behaviour("unknown", f"what {end.unread} does was not read")
            return replace(natural, why=f"{said}; {natural.why}")
        how = f"it is looked up on each request, and logout() removes it: {placed(at)}"
        return self.apart(kind, natural) or self.routed() or Behaviour("immediate", how)

    def apart(self, kind: str, natural: Behaviour) -> Behaviour | None:
        """What another process remembers by itself."""
        if kind not in {"cache", "cached_db"}:
            return None
        alias = self.settings.get("SESSION_CACHE_ALIAS", "default")
        backend = (self.settings.get("CACHES") or {}).get(alias, OF_ONE_PROCESS)
        if backend == OF_ONE_PROCESS:
            return replace(
                natural,
                why="each process has a cache of its own (LocMemCache) and hears of no logout() "
                f"in another; {natural.why}",
            )
        known = ("django.core.cache.backends.", "django_redis.", "django_valkey.")
        if not str(backend).startswith(known):
            return Behaviour("unknown", f"sessions are kept in {backend}, which is not known")
        return None

    def routed(self) -> Behaviour | None:
        """Reads may go to another database than writes."""
        routers = [
            each for each in self.settings.get("DATABASE_ROUTERS") or () if each != "rescind.django.Router"
        ]
        if not routers:
            return None
        return Behaviour(
            "unknown",
            f"DATABASE_ROUTERS decides where rows are read: look at {routers[0]}, and how far "
            "a replica may be behind",
        )

    def disabled(self, account: Account, looked_at: set[str], natural: Behaviour) -> Behaviour:
        end = self.ends.disable
        sets = set(end.sets)
        if end.offered and sets and not sets & ACCOUNT and "account" not in end.does:
            own = {each.rpartition(".")[2] for each in looked_at} & sets
            if own:
                name = min(own)
                return self.routed() or Behaviour(
                    "immediate", f"{name} is looked at on each request, and set at {where(end.sets[name])}"
                )
            name = min(sets)
            return replace(
                natural,
                why=f"disabling sets {name} ({where(end.sets[name])}), which is not looked at; {natural.why}",
            )
        if end.offered and not sets and not end.does:
            said = (
                f"what {end.unread} does was not read"
                if end.unread
                else "what disabling an account changes was not found"
            )
            return Behaviour("unknown", said)
        if account.active is True:
            return self.routed() or Behaviour("immediate", account.active_why)
        if account.active is None:
            return Behaviour("unknown", account.active_why)
        if "account" in end.does and not sets:
            return self.routed() or Behaviour("immediate", "the row is removed, and read on each request")
        return (
            replace(natural, why=f"{account.active_why}; {natural.why}")
            if natural.kind != "unknown"
            else natural
        )

    def changed(self, account: Account, natural: Behaviour) -> Behaviour:
        end = self.ends.password
        if account.hashed is True:
            if end.unread and not end.does:
                return Behaviour("unknown", f"what {end.unread} does was not read")
            return self.routed() or Behaviour("immediate", account.hashed_why)
        if account.hashed is None:
            return Behaviour("unknown", account.hashed_why)
        return (
            replace(natural, why=f"{account.hashed_why}; {natural.why}")
            if natural.kind != "unknown"
            else natural
        )

    def of_rescind(self, roles: set[str]) -> Credential:
        """Sessions of rescind, with Django's user behind them."""
        account = self.accounts.looked_at()
        seen = self.settings.get("RESCIND") or {}
        by = (
            "facts of the row are kept, and a change of it is heard of"
            if seen.get("user") == "facts"
            else account.active_why
        )
        disabled = Behaviour("immediate", by) if account.active else Behaviour("unknown", account.active_why)
        password = (
            Behaviour("immediate", account.hashed_why)
            if account.hashed
            else Behaviour("unknown", account.hashed_why)
        )
        if seen.get("user") == "facts" and not self.is_sqlite() and "is_active" in self.updated():
            disabled = Behaviour(
                "bounded",
                "update() tells workers through the log, one lease later at most; save() at once",
                lease_of(seen),
            )
        return replace(
            RESCIND,
            name="session",
            on_account_disable=disabled,
            on_password_change=password,
            on_privilege_change=privilege(roles),
            evidence=self.evidence(),
        )

    def is_sqlite(self) -> bool:
        return "sqlite3" in str((self.settings.get("DATABASES") or {}).get("default", ""))

    def updated(self) -> set[str]:
        ends = (self.ends.disable, self.ends.rest, self.ends.password, self.ends.sign_out)
        return {name for end in ends for name, at in end.sets.items() if type(at.node).__name__ == "Call"}

    def evidence(self) -> tuple[Evidence, ...]:
        names = (
            "SESSION_ENGINE",
            "SESSION_COOKIE_AGE",
            "SESSION_SAVE_EVERY_REQUEST",
            "AUTHENTICATION_BACKENDS",
            "AUTH_USER_MODEL",
            "CACHES",
        )
        found = [self.places.setting(name) for name in names]
        return tuple(each for each in found if each is not None)


def lease_of(settings: dict[str, Any]) -> float | None:
    given = settings.get("lease")
    return float(given) if isinstance(given, int | float) else None


def privilege(roles: set[str]) -> Behaviour:
    if not roles:
        return Behaviour("n/a", "no role was found that is asked for")
    return Behaviour("immediate", "roles and permissions are read from the database on each request")


def placed(at: At | str) -> str:
    return at if isinstance(at, str) else where(at)
