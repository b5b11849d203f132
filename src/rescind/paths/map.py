"""Draws the map: asks the running framework, reads what stands before each route, decides."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from math import inf
from pathlib import Path
from typing import Any, Literal

from rescind.paths import kept_sessions, login, reading_only
from rescind.paths.audience import audience_of
from rescind.paths.behaviours import constants, where
from rescind.paths.deciding import Decider
from rescind.paths.endings import ends_of
from rescind.paths.errors import NoTarget
from rescind.paths.following import Facts
from rescind.paths.following.facts import At
from rescind.paths.following.known import FASTAPI_USERS, NO_CREDENTIAL, ROLES, looks_secret
from rescind.paths.guards import Guards
from rescind.paths.lifetimes import Life
from rescind.paths.model import Behaviour, Credential, Guard, Map, Route
from rescind.paths.outside import packages
from rescind.paths.packaged import jwt_extended, security
from rescind.paths.reaching import belonging
from rescind.paths.running import ask
from rescind.paths.running.ask import TIMEOUT_S
from rescind.paths.shadowing import shadowed
from rescind.paths.story import Story, merged, stories
from rescind.paths.target import target_of
from rescind.reading import Project, paused, read

DAY = 86_400.0
STATIC = (
    "routes are those of the source, not of the running framework: what is made in loops, or imported by "
    "names that are put together, is missing"
)
FLASKS_OWN = "flask.sessions.SecureCookieSessionInterface"
OPEN = Behaviour("n/a", "anybody may ask")
UNSURE = Behaviour("unknown", "what stands before it could not be read")


def draw(
    text: str, folder: Path | None = None, *, timeout: float = TIMEOUT_S, exclude: tuple[str, ...] = ()
) -> Map:
    """The map of ``module:app``, or of a folder of source.

    Args:
        text: what to map.
        folder: where imports begin and names of files are shown from; the working directory by default.
        timeout: in seconds, for importing the application.

    Raises:
        NoTarget: there is nothing to map; the message says what was tried.
    """
    here = (folder or Path.cwd()).resolve()
    target = target_of(text, here)
    notes: tuple[str, ...] = ()
    facts: dict[str, Any] = {}
    if target.importable:
        facts, notes, misnamed = ask(target.importable, target.folder, timeout=timeout)
        if misnamed:
            raise NoTarget("; ".join(notes))
    with paused():
        besides = packages(facts.get("callables", ()), target.source)
        project = read(target.source, *besides, root=here, exclude=exclude)
        if not facts:
            name, colon, _ = target.importable.partition(":")
            if colon and not names_settings(project, name):
                project = belonging(project, name)  # what other applications of this folder do is not its own
            facts = reading_only.facts_of(project)
            if not facts:
                mend = f"{text}: no route was found in its source; name the application, as in module:app"
                raise NoTarget("; ".join(notes) or mend)
            notes = (*notes, STATIC)
        return drawing_of(facts["framework"])(project, facts, text, notes).map()


def names_settings(project: Project, name: str) -> bool:
    """Whether a module names settings of Django, as ``wsgi.py`` does without importing them."""
    module = project.module(name)
    return module is not None and "DJANGO_SETTINGS_MODULE" in module.text


def drawing_of(framework: str) -> type[Drawing]:
    if framework != "django":
        return Drawing
    from rescind.paths.django.drawing import DjangoDrawing  # which stands on this module

    return DjangoDrawing


class Drawing:
    """One map in the making."""

    def __init__(self, project: Project, facts: dict[str, Any], target: str, notes: tuple[str, ...]) -> None:
        self.project = project
        self.facts = facts
        self.target = target
        self.notes = list(notes)
        self.guards = Guards(project, facts["callables"], facts["framework"])
        self.credentials: dict[str, Credential] = {}
        self.first: dict[tuple[str, str], dict[str, Any]] = {}
        self.hidden: dict[int, Mapping[str, Any]] = {}
        self._known: dict[tuple[Any, ...], str] = {}

    def map(self) -> Map:
        routes = self.guards.routes = self.facts["routes"]
        for row in routes:
            self.first.setdefault((row["method"], row["path"]), row)
            endpoint = [] if row["endpoint"] is None else [row["endpoint"]]
            self.guards.link([*row["guards"], *endpoint], row["path"])
        self.guards.override(self.facts.get("overridden", []))
        if self.facts["framework"] in {"fastapi", "starlette"}:
            self.hidden = shadowed(routes)
        self.guards.hooks = self.facts.get("hooks", {})
        self.guards.settings = self.facts.get("settings", {})
        loader = self.guards.hooks.get("user_loader")
        made = None if loader is None else self.guards.function(loader)
        if made is not None:
            modules = self.guards.modules() | {made.module}
            self.guards.loader = made
            self.guards.login = login.facts_of(self.project, made, modules, self.guards.index)
            self.guards.flags = {each.name for each in self.guards.login.checks if each.kind == "attribute"}
        followed = [self.followed(route) for route in routes]
        ends = ends_of(self.guards, routes)
        decider = Decider(self.project, ends, self.session_life(), self.lives(), self.sessions_in())
        drawn = [self.route(row, facts, decider) for row, facts in zip(routes, followed, strict=True)]
        read_in = [each for module in self.project.modules if module.is_parsed for each in module.unread]
        unread = tuple({"file": each.file, "why": each.why, "line": each.line} for each in read_in)
        return Map(
            self.target, self.facts["framework"], self.credentials, tuple(drawn), tuple(self.notes), unread
        )

    def followed(self, row: dict[str, Any]) -> Facts:
        endpoint = row.get("name") or self.guards.place(row["endpoint"])[0].rpartition(".")[2]
        before = self.guards.chain(row["guards"], {row["path"], endpoint, endpoint.rpartition(".")[2]})
        return before if row["endpoint"] is None else merged([before, self.guards.facts(row["endpoint"])])

    def lives(self) -> dict[str, Life]:
        """Of tokens that a package issues."""
        settings = self.guards.settings
        return jwt_extended.lives(self.project, settings) | security.lives(settings)

    def sessions_in(self) -> kept_sessions.Kept | None:
        """What keeps sessions of Flask on the server."""
        return kept_sessions.kept_in(self.guards.settings) if self.facts["framework"] == "flask" else None

    def session_life(self) -> Life:
        """Of a session that is a signed cookie, as the framework is set."""
        if self.facts["framework"] == "flask":
            kept_by = self.facts["settings"].get("session_interface", FLASKS_OWN)
            if kept_by != FLASKS_OWN and self.sessions_in() is None:
                said = "which is not known: what is said of them is what Flask's own would do"
                self.notes.append(f"sessions are kept by {kept_by}, {said}")
                return Life(None)
            given = self.facts["settings"].get("PERMANENT_SESSION_LIFETIME", 31 * DAY)
            return Life(None if given is None else float(given))
        for row in self.facts["callables"]:
            if row.get("middleware", "").endswith("sessions.SessionMiddleware"):
                seconds = row["options"].get("max_age", 14 * DAY)
                return Life(None if seconds == "?" else inf if seconds is None else float(seconds))
        return Life(None)

    def route(self, row: dict[str, Any], facts: Facts, decider: Decider) -> Route:
        endpoint, file, line = self.guards.place(row["endpoint"])
        known = self.guards.known(row["guards"], row["endpoint"])
        found = [
            each
            for each in stories(facts)
            if self.counts(each) and not (known and each.source == FASTAPI_USERS)
        ]
        accepts = [self.kept(each.credential) for each in known]
        shuts = partial(self.guards.shuts, row["guards"], row["endpoint"])
        accepts += [self.kept(decider.credential(each, each.source, shuts)) for each in found]
        credentials = [self.credentials[name] for name in accepts]
        protected = self.protected(found, facts) if not known else known[0].must
        denial = None if protected is not False else self.guards.denial(row["guards"], row["endpoint"])
        if denial is not None or (protected is False and self.is_unread(row)):
            protected = None  # nobody knows what it asks for
        revocation, worst = revocations(credentials, protected)
        roles = [word for story in found for word in role_words(story)]
        roles += [role for each in known for role in each.roles]
        return Route(
            row["method"], row["path"], endpoint, file, line, protected,
            guard_of(credentials), tuple(accepts),
            tuple(dict.fromkeys(each.mechanism for each in credentials)),
            audience_of(row["path"], endpoint, credentials, roles, protected=bool(protected)), revocation,
            worst, tuple(sorted({e for each in credentials for e in each.evidence})),
            tuple(self.said(row, found, denial)),
        )  # fmt: skip

    def is_unread(self, row: Mapping[str, Any]) -> bool:
        """Whether what answers is not of the source that was read, nor known to be open."""
        if row["endpoint"] is None or row["kind"] != "route" or self.guards.view(row["endpoint"]) is not None:
            return False
        return not security.is_open(self.guards.rows[self.guards.inner(row["endpoint"])])

    def counts(self, story: Story) -> bool:
        """Whether it is a credential of the route, and not just something that is read."""
        if NO_CREDENTIAL.match(story.source):
            return False
        if story.source.startswith(("header:", "query:")) and not looks_secret(story.source):
            return any(each.kind != "content" for each in story.checks) or bool(story.decodes)
        if story.decides or story.opaque:
            return True
        return story.source in {"bearer", "basic"} or (
            story.source.startswith(("header:", "cookie:", "query:"))
            and any(at is story.at for at in story.facts.refusals)
        )

    def kept(self, credential: Credential) -> str:
        """The name of the credential; one that is treated in another way elsewhere has a name of its own."""
        source = credential.name
        key = (source, credential.mechanism, *((each.kind, each.seconds) for each in behaviours(credential)))
        if key not in self._known:
            count = sum(known[0] == source for known in self._known)
            name = source if not count else f"{source} {count + 1}"
            self._known[key] = name
            self.credentials[name] = Credential(**{**vars(credential), "name": name})
        return self._known[key]

    def protected(self, found: list[Story], facts: Facts) -> bool | Literal["conditional"] | None:
        if not found:
            return False
        refusing = [each for each in found if each.decides and not each.optional]
        if refusing and facts.refusals:
            return True
        return "conditional" if any(each.optional for each in found) else None

    def said(self, row: dict[str, Any], found: list[Story], denial: At | None) -> list[str]:
        notes = [f"{row['kind']} page"] if row["kind"] != "route" else []
        if denial is not None:
            notes.append(f"somebody is turned away for a reason that could not be read: {where(denial)}")
        hidden = self.hidden.get(id(row))
        if hidden is not None and hidden["path"] != row["path"]:
            notes.append(
                f"it is never asked: {hidden['method']} {hidden['path']} comes first and takes its path"
            )
        if (row["method"], row["path"]) in self.first and self.first[row["method"], row["path"]] is not row:
            notes.append("it is never asked: an earlier route has the same method and path")
        if self.is_unread(row):
            notes.append("its source is not among what was read")
        for story in found:
            notes += [
                f"{story.source} is given to {name.lstrip('.')}, which is not read"
                for name, _ in story.opaque
            ]
        return list(dict.fromkeys(notes))


def guard_of(credentials: list[Credential]) -> Guard:
    """A link lets in whoever has it, and says nothing of who that is."""
    if not credentials:
        return "none"
    links = {"signed_url", "capability_url"}
    return "capability" if all(each.mechanism in links for each in credentials) else "credential"


def role_words(story: Story) -> list[str]:
    """What is asked for: names of roles, and what they are compared with."""
    checks = [each for each in story.checks if ROLES.search(each.name)]
    return [each.name for each in story.roles] + [word for each in checks for word in constants(each)]


def behaviours(credential: Credential) -> list[Behaviour]:
    return [
        credential.on_revoke, credential.on_account_disable, credential.on_password_change,
        credential.on_privilege_change,
    ]  # fmt: skip


def revocations(credentials: list[Credential], protected: object) -> tuple[Behaviour, Behaviour]:
    """Of the first, and the worst of all."""
    if not credentials:
        return (OPEN, OPEN) if protected is False else (UNSURE, UNSURE)
    return credentials[0].on_revoke, max((each.on_revoke for each in credentials), key=lambda each: each.rank)
