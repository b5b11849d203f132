"""Who a principal is: users of Django by the text of their key, all of a page with one query."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.utils import quote
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from rescind.django.admin.words import short
from rescind.django.making import made
from rescind.django.users import principal_of

FOUND = 200
"""Users that a search goes on with at most."""


class People:
    """The users that some principals are; those of other applications have no user here.

    Args:
        site: that the pages of users are on.
        request: of whom it is shown to.
        principals: texts.
    """

    def __init__(self, site: AdminSite, request: HttpRequest, principals: Iterable[str]) -> None:
        keys = {key for key in map(_key_of, principals) if key is not None}
        found = get_user_model()._base_manager.filter(pk__in=keys) if keys else ()
        self._users = {principal_of(user): user for user in found}
        self._site, self._has_page = site, page_of_users(site, request) is not None

    def name(self, principal: str) -> str:
        """As the admin calls a user, cut if it is long; the principal itself where there is none."""
        user = self._users.get(principal)
        return short(principal if user is None else str(user))

    def link(self, principal: str) -> str:
        """The same with a link to the page of the user, for whom may see it."""
        user = self._users.get(principal)
        if user is None or not self._has_page:
            return self.name(principal)
        meta = get_user_model()._meta
        name = f"admin:{meta.app_label}_{meta.model_name}_change"
        address = reverse(name, args=(quote(user.pk),), current_app=self._site.name)
        linked: str = format_html('<a href="{}">{}</a>', address, self.name(principal))
        return linked


def page_of_users(site: AdminSite, request: HttpRequest) -> Any:
    """The ``ModelAdmin`` of users, if somebody may see it; else ``None``."""
    found = site._registry.get(get_user_model())
    return found if found is not None and found.has_view_or_change_permission(request) else None


def principals_like(site: AdminSite, request: HttpRequest, term: str) -> set[str]:
    """Principals that a search means: one of that very id, and users that the page of users finds by it. Who
    may not see that page finds users by their login name alone."""
    model = get_user_model()
    page, users = page_of_users(site, request), model._default_manager.all()
    if page is None or not page.get_search_fields(request):
        found: QuerySet[Any] = users.filter(**{f"{model.USERNAME_FIELD}__icontains": term})
    else:
        found, _ = page.get_search_results(request, page.get_queryset(request), term)
    return {term} | {principal_of(user) for user in found[:FOUND]}


def _key_of(principal: str) -> Any:
    """The primary key that a principal is the text of; ``None`` if it is none of a user's."""
    ids = made().engine.core.ids
    try:
        return ids.parse(ids.text(principal))
    except (TypeError, ValueError):
        return None
