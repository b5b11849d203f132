"""The map of an application of Django: its own credentials are known, those of its own code are followed."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from math import isinf
from typing import Any

from rescind.paths.audience import audience_of
from rescind.paths.deciding import Decider
from rescind.paths.django import simplejwt
from rescind.paths.django.asks import Asked, Asking
from rescind.paths.django.ends import Ends as DjangoEnds
from rescind.paths.django.places import Places
from rescind.paths.django.rest import Rest, remote_user, unread
from rescind.paths.django.sessions import Sessions
from rescind.paths.endings import ends_of
from rescind.paths.following import Facts
from rescind.paths.libraries import REFRESH
from rescind.paths.lifetimes import Life
from rescind.paths.map import Drawing, revocations
from rescind.paths.model import Behaviour, Credential, Evidence, Map, Route
from rescind.paths.story import Story, merged, stories


def kept_longer(credential: Credential, seconds: float) -> Credential:
    """Where whole answers are remembered, by the cookie that they were asked for with."""
    why = "an earlier answer is remembered, and given before anybody looks who asks"

    def later(behaviour: Behaviour) -> Behaviour:
        if behaviour.kind == "immediate":
            return Behaviour("bounded", f"{behaviour.why}, but {why}", None if isinf(seconds) else seconds)
        return behaviour

    return replace(
        credential,
        on_revoke=later(credential.on_revoke),
        on_account_disable=later(credential.on_account_disable),
        on_password_change=later(credential.on_password_change),
        on_privilege_change=later(credential.on_privilege_change),
    )


class DjangoDrawing(Drawing):
    """One map of Django in the making."""

    def map(self) -> Map:
        rows = self.facts["routes"]
        self.places = Places(self.project, self.guards, self.facts.get("file", ""))
        self.asking = Asking(self.project, self.guards)
        found = DjangoEnds(self.project, self.guards).of(rows)
        self.sessions = Sessions(self.project, self.facts, found, self.places)
        self.rest = Rest(self.facts, found, self.sessions, self.places)
        self.decider = Decider(self.project, ends_of(self.guards, rows), Life(self.sessions.age("")[0]))
        self.asked: dict[int, Asked] = {}
        drawn = [self.one(row) for row in rows]
        self.say_shadows(rows, drawn)
        return Map(
            self.target,
            "django",
            self.credentials,
            tuple(drawn),
            tuple(dict.fromkeys(self.notes)),
            self.not_read(),
        )

    def one(self, row: dict[str, Any]) -> Route:
        asked = self.asking.of(row)
        own = (
            merged([self.guards.facts(number) for number in dict.fromkeys(asked.own)])
            if asked.sources
            else Facts()
        )
        found = [
            each
            for each in stories(own)
            if each.source.partition(":")[0] != "request.user" and self.counts(each)
        ]
        given = [*self.known(asked), *(self.of_story(each, asked) for each in found)]
        if asked.sources and not found:
            given.append(
                unread(
                    min(asked.sources),
                    f"{min(asked.sources)} is read, and what is done with it is not known",
                )
            )
        protected = asked.verdict
        if protected is None and found and self.protected(found, own) is True:
            protected = True
        if protected is False and not asked.rescind:
            given = []
        if asked.remembered is not None:
            given = [kept_longer(each, asked.remembered) for each in given]
        accepts = tuple(dict.fromkeys(self.kept(each) for each in given))
        credentials = [self.credentials[name] for name in accepts]
        revocation, worst = revocations(credentials, protected)
        endpoint, file, line = self.guards.place(row["endpoint"])
        roles = sorted(asked.roles)
        return Route(
            row["method"],
            row["path"],
            endpoint,
            file,
            line,
            protected,
            "credential" if credentials else "none",
            accepts,
            tuple(dict.fromkeys(each.mechanism for each in credentials)),
            self.audience(row, endpoint, credentials, roles, protected=bool(protected)),
            revocation,
            worst,
            tuple(sorted({*(e for each in credentials for e in each.evidence), *self.where(row, asked)})),
            tuple(self.notes_of(row, asked)),
        )

    def known(self, asked: Asked) -> list[Credential]:
        """What Django, REST framework and rescind accept here."""
        given: list[Credential] = []
        if asked.route == "refresh":
            return [REFRESH]
        if asked.route == "simplejwt":
            return [simplejwt.refresh(self.rest)]
        if asked.rescind or asked.route:
            given.append(self.sessions.of_rescind(asked.roles))
        elif asked.rest is not None:
            given += self.rest.credentials(asked.rest, asked.decides, asked.roles) if asked.user else []
        elif asked.user:
            given.append(self.sessions.credential(asked.decides, asked.roles))
        if asked.remote:
            given.append(remote_user())
        if asked.takes_over and asked.user:
            given.append(
                unread("request.user", "a middleware of the application says who request.user is: look there")
            )
        return given

    def of_story(self, story: Story, asked: Asked) -> Credential:
        """A credential that the application's own code reads; a session is kept as the settings say."""
        shuts = partial(self.guards.shuts, dict.fromkeys(asked.own), None)
        found = self.decider.credential(story, story.source, shuts)
        if story.source != "session":
            return found
        engine = self.sessions.credential(asked.decides, asked.roles)
        natural = self.sessions.natural(self.sessions.kind())
        return replace(
            found,
            name="session",
            mechanism=engine.mechanism,
            max_lifetime_s=engine.max_lifetime_s,
            on_revoke=engine.on_revoke,
            on_account_disable=self.decider.ended(story, "disable", natural),
            on_password_change=self.decider.ended(story, "password", natural),
        )

    def audience(
        self,
        row: dict[str, Any],
        endpoint: str,
        accepts: list[Credential],
        roles: list[str],
        *,
        protected: bool,
    ) -> str:
        if row["kind"] == "admin" and protected:
            return "admin"
        return audience_of(row["path"], endpoint, accepts, roles, protected=protected)

    def where(self, row: dict[str, Any], asked: Asked) -> list[Evidence]:
        """What stands before it, and the functions of the application that look at who asks."""
        _, file, line = self.guards.place(row["endpoint"])
        names = [each["is"].rpartition(".")[2] for each in row["layers"] if "." in each["is"]]
        found = [Evidence(file, line, name) for name in names]
        for number in asked.own if asked.user or asked.sources else ():
            name, at, begins = self.guards.place(number)
            found.append(Evidence(at, begins, f"{name.rpartition('.')[2]} looks at who asks"))
        return found

    def notes_of(self, row: dict[str, Any], asked: Asked) -> list[str]:
        notes = [f"{row['kind']} page"] if row["kind"] != "route" else []
        if row["shadowed"]:
            notes.append(f"never reached: /{row['shadowed']} comes first")
        return list(dict.fromkeys([*notes, *asked.notes]))

    def say_shadows(self, rows: list[dict[str, Any]], drawn: list[Route]) -> None:
        """A public pattern before a protected one is more than untidy."""
        protected = {route.path: route.protected for route in drawn}
        for row, route in zip(rows, drawn, strict=True):
            first = f"/{row['shadowed']}" if row["shadowed"] else ""
            if first and route.protected and protected.get(first) is False:
                self.notes.append(
                    f"{first}, which is open to anybody, comes before {route.path}, which is not"
                )

    def not_read(self) -> tuple[dict[str, Any], ...]:
        found = [each for module in self.project.modules if module.is_parsed for each in module.unread]
        return tuple({"file": each.file, "why": each.why, "line": each.line} for each in found)
