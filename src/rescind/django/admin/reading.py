"""What all pages have in common: they show, on the alias of our tables, what is of this realm, and count no
further than somebody would turn pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from rescind.django.admin.realm import rows_of

COUNTED = 1000
"""Rows that a list leads to at most; the search and the filters lead to others."""


class Bounded(Paginator):
    """Pages of the first ``COUNTED`` rows: nobody waits until millions are counted."""

    @cached_property
    def count(self) -> int:
        found: int = self.object_list[:COUNTED].count()
        return found


class Rows(ChangeList):
    """The rows of a page, made ready to be shown all at once."""

    result_list: Any

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list[:COUNTED])
        self.is_cut = self.result_count >= COUNTED
        self.model_admin.prepare(request, self.result_list)


class ReadOnly(admin.ModelAdmin):
    """Nothing is added, changed or deleted, whatever permissions somebody has.

    Attributes:
        newest: the order, by columns that have an index.
        by_realm: whether that index begins with the realm.
        filters: parameters of the address that may filter, our own alone: Django lets every column, and by
            ``?digest__startswith=`` a digest could be guessed letter by letter.
    """

    newest: tuple[str, ...] = ()
    by_realm = True
    filters: tuple[str, ...] = ()

    paginator = Bounded
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 100
    list_max_show_all = 0
    sortable_by = ()
    empty_value_display = "-"
    search_fields = ("id",)  # shows the field; what it does is ``get_search_results``
    actions: Any = ()

    def prepare(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        """Give rows what else is to be shown of them, with one query for all."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return rows_of(self.model, by_realm=self.by_realm)

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return self.newest

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Rows

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            self.prepare(request, [found])
        return found

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        return lookup in self.filters

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
