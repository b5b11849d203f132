"""Sessions: who is signed in, from where, until when; and the end of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse

from rescind._clock import SECOND
from rescind.django.access import revoke
from rescind.django.admin import users
from rescind.django.admin.people import People, principals_like
from rescind.django.admin.reading import ReadOnly
from rescind.django.admin.realm import our_realm
from rescind.django.admin.revoking import Question, confirmed, may_revoke, selected
from rescind.django.admin.states import DISABLED, ENDED, EXPIRED, LIVE, condition, states_of
from rescind.django.admin.words import EMPTY, at, in_lines, sessions_text, short
from rescind.django.found import is_public_id
from rescind.model.principal import NOBODY

ALL = "all"
HIDDEN = ("digest", "credential_id")
"""Columns that do not even leave the database: what a secret is known by, and what proved who somebody is."""


class StateFilter(admin.SimpleListFilter):
    """Live ones, unless somebody asks for others."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            (LIVE, "Live"),
            (EXPIRED, "Expired"),
            (ENDED, "Ended"),
            (DISABLED, "User not active"),
            (ALL, "All"),
        ]

    def value(self) -> str:
        asked = super().value()
        return asked if asked in dict(self.lookup_choices) else LIVE

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:
        for state, title in self.lookup_choices:
            query = changelist.get_query_string({self.parameter_name: state})
            yield {"selected": self.value() == state, "query_string": query, "display": title}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        state = self.value()
        return queryset if state == ALL else queryset.filter(condition(state))


class SessionAdmin(ReadOnly):
    """Newest first, by the index of their absolute end."""

    newest = ("-expires_at", "-id")
    by_realm = False
    filters = (StateFilter.parameter_name,)

    list_display = ("device", "who", "how", "since", "seen", "until", "state")
    list_display_links = ("device",)
    list_filter = (StateFilter,)
    search_help_text = "A user, as on the page of users, or the public id of a session."
    actions = ("revoke_selected",)
    fields: tuple[str, ...] = (
        "id",
        "who",
        "full_label",
        "state",
        "method",
        "since",
        "proved",
        "seen",
        "until",
    )
    fields += ("idle_limit", "client_id", "parent_id", "issued_seq", "ended", "ended_reason", "ended_by")
    readonly_fields = fields

    def get_urls(self) -> list[Any]:
        users.offer(self.admin_site)
        found: list[Any] = super().get_urls()
        return found

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without visits: those belong to nobody, and there are as many as a site has visitors."""
        return super().get_queryset(request).exclude(principal_id=NOBODY).defer(*HIDDEN)

    def prepare(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        people = People(self.admin_site, request, {row.principal_id for row in rows})
        states, own = states_of(row.id for row in rows), own_session(request)
        for row in rows:
            row.people, row.state, row.is_own = people, states.get(row.id, ENDED), row.id == own

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        principals = principals_like(self.admin_site, request, term)
        found = Q(realm=our_realm(), principal_id__in=principals)
        return queryset.filter(found | Q(id=term) if is_public_id(term) else found), False

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return may_revoke(request)

    @admin.action(description="Revoke selected %(verbose_name_plural)s", permissions=["revoke"])
    def revoke_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        rows = selected(self, request, queryset)
        if rows is None:
            return None
        return confirmed(
            self,
            request,
            self._question(request, rows),
            lambda row, reason: revoke(session=row.id, reason=reason, by=request),
        )

    def _question(self, request: HttpRequest, rows: Sequence[Any]) -> Question:
        people = People(self.admin_site, request, {row.principal_id for row in rows})
        whose = {row.principal_id for row in rows}
        return Question(
            action="revoke_selected",
            title="Revoke sessions",
            summary=f"{sessions_text(len(rows))} of {len(whose)} user{'' if len(whose) == 1 else 's'}",
            lines=[(people.name(row.principal_id), device(row)) for row in rows],
            rows=rows,
            is_own=own_session(request) in {row.id for row in rows},
        )

    # -- columns -----------------------------------------------------------------------------------------

    @admin.display(description="label")
    def device(self, row: Any) -> str:
        return device(row)

    @admin.display(description="label")
    def full_label(self, row: Any) -> str:
        return in_lines(row.label)

    @admin.display(description="user")
    def who(self, row: Any) -> str:
        link: str = row.people.link(row.principal_id)
        return link

    @admin.display(description="method")
    def how(self, row: Any) -> str:
        return str(row.method).rpartition(".")[2]

    @admin.display(description="since")
    def since(self, row: Any) -> str:
        return at(row.created_at)

    @admin.display(description="proved who they are")
    def proved(self, row: Any) -> str:
        return at(row.auth_time)

    @admin.display(description="last seen")
    def seen(self, row: Any) -> str:
        return at(row.last_seen)

    @admin.display(description="until")
    def until(self, row: Any) -> str:
        """The nearer of its limits."""
        idle_at = row.expires_at if row.idle is None else row.last_seen + row.idle
        return at(min(row.expires_at, idle_at))

    @admin.display(description="idle limit, seconds")
    def idle_limit(self, row: Any) -> str:
        return EMPTY if row.idle is None else str(row.idle // SECOND)

    @admin.display(description="state")
    def state(self, row: Any) -> str:
        word = "user not active" if row.state == DISABLED else row.state
        return f"{word}, this one" if row.is_own else str(word)

    @admin.display(description="ended")
    def ended(self, row: Any) -> str:
        return at(row.ended_at)


def device(row: Any) -> str:
    """What a person recognises a session by, else the beginning of its public id."""
    return short(row.label or f"session {row.id[:8]}…")


def own_session(request: HttpRequest) -> str | None:
    """The public id of the session that asks; ``None`` where another engine keeps it."""
    found: str | None = getattr(request.session, "public_id", None)
    return found
