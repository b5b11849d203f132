"""*Sign out everywhere* on whatever page of users a site has."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group

from rescind.django.admin import SessionAdmin
from rescind.django.admin.users import sign_out_everywhere
from rescind.django.models import Session


class Own(UserAdmin):
    """A page of users of the project's own."""

    actions = ("rename",)

    def rename(self, request: object, queryset: object) -> None:
        """Something else that the page does."""


def office(page: type[admin.ModelAdmin], *, with_sessions: bool = True) -> admin.AdminSite:
    site = admin.AdminSite(name="office")
    site.register(get_user_model(), page)
    site.register(Group, GroupAdmin)
    if with_sessions:
        site.register(Session, SessionAdmin)
    assert site.urls
    return site


@pytest.mark.parametrize("page", [UserAdmin, Own])
def test_a_site_of_the_project(page: type[admin.ModelAdmin]) -> None:
    site = office(page)
    users, groups = site._registry[get_user_model()], site._registry[Group]
    assert list(users.actions) == [*page.actions, sign_out_everywhere]
    assert site.urls, "made again, which adds nothing"
    assert list(users.actions) == [*page.actions, sign_out_everywhere]
    assert sign_out_everywhere not in groups.actions
    assert sign_out_everywhere not in page.actions, "the class is as it was"
    assert users.check() == []


def test_a_page_without_actions_stays_without() -> None:
    without = type("Without", (UserAdmin,), {"actions": None})
    assert office(without)._registry[get_user_model()].actions is None


def test_a_site_without_our_pages_is_left_alone() -> None:
    assert list(office(UserAdmin, with_sessions=False)._registry[get_user_model()].actions) == []
