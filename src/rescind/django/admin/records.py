"""What has happened: the revocation log and the audit trail; and the standing of principals."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.apps.registry import Apps, apps
from django.contrib import admin
from django.db import models
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from rescind.django.admin.people import People, principals_like
from rescind.django.admin.reading import ReadOnly
from rescind.django.admin.realm import our_realm, rows_of
from rescind.django.admin.words import WIDE, at, in_lines, short
from rescind.django.apps import LABEL
from rescind.django.models import Session
from rescind.model.revocation import Kind, Scope, What

OF_SESSION, OF_PRINCIPAL = "session:", "principal:"

_apart = Apps()
_apart.app_configs[LABEL] = apps.get_app_config(LABEL)


class Principal(models.Model):
    """The standing of a principal of one realm. The admin takes no composite keys, so that here, apart from
    the application's models, migrations and permissions, the id alone is the key."""

    id = models.TextField(primary_key=True)
    realm = models.TextField()
    active = models.SmallIntegerField()
    roles = models.TextField()
    tenant = models.TextField(null=True)
    kind = models.TextField()
    updated_at = models.BigIntegerField()
    version = models.BigIntegerField()

    class Meta:
        apps = _apart
        app_label = LABEL
        managed = False
        db_table = "rescind_principal"
        verbose_name = "principal"
        verbose_name_plural = "principals"

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


class Reasons(ReadOnly):
    """Pages of rows that say why."""

    @admin.display(description="reason")
    def why(self, row: Any) -> str:
        return short(row.reason, WIDE)

    @admin.display(description="reason")
    def full_reason(self, row: Any) -> str:
        return in_lines(row.reason)


class Mentions:
    """Who is behind what log and trail name: ``principal:7``, ``session:<id>``. Two queries for a page."""

    def __init__(self, page: ReadOnly, request: HttpRequest, named: set[str]) -> None:
        ids = [one.removeprefix(OF_SESSION) for one in named if one.startswith(OF_SESSION)]
        self._owners = {OF_SESSION + key: owner for key, owner in owners_of(ids).items()}
        principals = {one.removeprefix(OF_PRINCIPAL) for one in named if one.startswith(OF_PRINCIPAL)}
        self._people = People(page.admin_site, request, principals | set(self._owners.values()))

    def name(self, named: str) -> str:
        """``ada``, ``ada (session 5f0c…)``, or the text as it is."""
        if named.startswith(OF_PRINCIPAL):
            principal = named.removeprefix(OF_PRINCIPAL)
            found = self._people.name(principal)
            return named if found == principal else found
        owner = self._owners.get(named)
        return f"{self._people.name(owner)} ({named[:16]}…)" if owner else named


def owners_of(ids: list[str]) -> dict[str, str]:
    """The principals of sessions that are still in the table."""
    if not ids:
        return {}
    found = rows_of(Session, by_realm=False).filter(id__in=ids)
    return dict(found.values_list("id", "principal_id"))


class RevocationAdmin(Reasons):
    """Every entry of the log, newest first, by its number."""

    newest = ("-seq", "-id")
    by_realm = False

    list_display = ("number", "when", "what_ended", "why", "initiated_by")
    list_display_links = ("number",)
    search_help_text = "A user, as on the page of users, the public id of a session, or that of a revocation."
    fields: tuple[str, ...] = (
        "number",
        "id",
        "when",
        "what_ended",
        "kind",
        "scope",
        "target",
        "ends",
        "keep",
    )
    fields += ("full_reason", "initiated_by", "initiator")
    readonly_fields = fields

    def prepare(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        named = {f"{row.scope}:{row.target}" for row in rows} | {row.initiator for row in rows}
        mentions = Mentions(self, request, named)
        for row in rows:
            row.mentions = mentions

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        scopes = [scope.value for scope in Scope]  # so that the index is used
        targets = principals_like(self.admin_site, request, term)
        found = Q(id=term) | Q(realm=our_realm(), scope__in=scopes, target__in=targets)
        return queryset.filter(found), False

    @admin.display(description="seq")
    def number(self, row: Any) -> int | None:
        number: int | None = row.seq
        return number

    @admin.display(description="when")
    def when(self, row: Any) -> str:
        return at(row.at)

    @admin.display(description="of")
    def what_ended(self, row: Any) -> str:
        if row.kind == Kind.CHANGED.value:
            return f"changed: {self._target(row)}"
        return self._target(row)

    def _target(self, row: Any) -> str:
        if row.scope == Scope.EVERYTHING.value:
            return "everything"
        named: str = row.mentions.name(f"{row.scope}:{row.target}")
        return named

    @admin.display(description="ends")
    def ends(self, row: Any) -> str:
        return str(What(row.what).name or "").lower().replace("|", ", ")

    @admin.display(description="by")
    def initiated_by(self, row: Any) -> str:
        named: str = row.mentions.name(row.initiator)
        return named


class AuditAdmin(Reasons):
    """The audit trail, newest first."""

    newest = ("-n",)

    list_display = ("n", "when", "type", "about", "outcome", "why", "done_by")
    list_display_links = ("n",)
    search_help_text = "A user, as on the page of users, or the public id of a session."
    fields: tuple[str, ...] = ("n", "id", "when", "type", "about", "subject", "outcome")
    fields += ("full_reason", "done_by", "actor", "seq", "request_id", "further")
    readonly_fields = fields

    def prepare(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        mentions = Mentions(self, request, {row.subject for row in rows} | {row.actor for row in rows})
        for row in rows:
            row.mentions = mentions

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        found = principals_like(self.admin_site, request, term)
        subjects = {OF_PRINCIPAL + principal for principal in found} | {OF_SESSION + term, term}
        return queryset.filter(subject__in=subjects), False

    @admin.display(description="when")
    def when(self, row: Any) -> str:
        return at(row.at)

    @admin.display(description="about")
    def about(self, row: Any) -> str:
        named: str = row.mentions.name(row.subject)
        return named

    @admin.display(description="by")
    def done_by(self, row: Any) -> str:
        named: str = row.mentions.name(row.actor)
        return named

    @admin.display(description="further facts")
    def further(self, row: Any) -> str:
        return json.dumps(json.loads(row.data), indent=2, ensure_ascii=False)


class PrincipalAdmin(ReadOnly):
    """The standing of everybody who has ever signed in."""

    newest = ("id",)

    list_display = ("id", "who", "may_sign_in", "role_names", "tenant", "kind", "updated")
    search_help_text = "A user, as on the page of users, or the id of a principal."
    fields = ("id", "who", "may_sign_in", "role_names", "tenant", "kind", "updated", "version")
    readonly_fields = fields

    def prepare(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        people = People(self.admin_site, request, {row.id for row in rows})
        for row in rows:
            row.people = people

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        return queryset.filter(id__in=principals_like(self.admin_site, request, term)), False

    @admin.display(description="user")
    def who(self, row: Any) -> str:
        link: str = row.people.link(row.id)
        return link

    @admin.display(description="active", boolean=True)
    def may_sign_in(self, row: Any) -> bool:
        return bool(row.active)

    @admin.display(description="roles")
    def role_names(self, row: Any) -> str:
        return ", ".join(json.loads(row.roles))

    @admin.display(description="changed")
    def updated(self, row: Any) -> str:
        return at(row.updated_at)
