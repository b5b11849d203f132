"""*Sign out everywhere* among the actions of users, without a line in the project's own ``UserAdmin``."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import AdminSite
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from rescind.django.access import revoke
from rescind.django.admin.revoking import Question, confirmed, may_revoke, selected
from rescind.django.admin.states import live_counts
from rescind.django.admin.words import sessions_text, short
from rescind.django.users import principal_of

NAME = "sign_out_everywhere"


@admin.action(description="Sign out everywhere", permissions=["sign_out"])
def sign_out_everywhere(
    model_admin: Any, request: HttpRequest, queryset: QuerySet[Any]
) -> HttpResponse | None:
    """End every session of the users selected, in every application on these tables."""
    users = selected(model_admin, request, queryset)
    if users is None:
        return None
    counts = live_counts(map(principal_of, users))
    total = sum(counts.values())
    question = Question(
        action=NAME,
        title="Sign out everywhere",
        summary=f"{sessions_text(total)} of {len(users)} user{'' if len(users) == 1 else 's'}",
        lines=[(short(str(user)), sessions_text(counts.get(principal_of(user), 0))) for user in users],
        rows=users,
        is_own=any(user.pk == request.user.pk for user in users),
    )
    return confirmed(
        model_admin, request, question, lambda user, reason: revoke(user=user, reason=reason, by=request)
    )


def offer(site: AdminSite) -> None:
    """Add it to the pages of users on a site.

    Called when the addresses of the site are made: whatever is registered there has been registered by then,
    in whatever order the applications stand.
    """
    for model, page in site._registry.items():
        if not issubclass(model, get_user_model()) or page.actions is None:
            continue
        names = {getattr(action, "__name__", action) for action in page.actions}
        if NAME not in names:
            page.actions = [*page.actions, sign_out_everywhere]
        page.has_sign_out_permission = may_revoke
