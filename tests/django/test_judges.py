"""Where code of a project decides who is signed in, and where only Django's own does."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import AllowAllUsersModelBackend, ModelBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.test.utils import isolate_apps
from tests.django.places import configure

from rescind.django.judges import judged_by_backend, judged_by_model

configure()


class Picky(ModelBackend):
    """Lets nobody in whose name begins with ``x``."""

    def user_can_authenticate(self, user: Any) -> bool:
        return not user.username.startswith("x") and super().user_can_authenticate(user)


class Elsewhere(ModelBackend):
    def get_user(self, user_id: Any) -> Any:
        return super().get_user(user_id)


def test_of_djangos_own_users_and_backends_nothing_does() -> None:
    assert list(judged_by_model(get_user_model())) == []
    for kind in (ModelBackend, AllowAllUsersModelBackend):
        assert list(judged_by_backend(f"{kind.__module__}.{kind.__name__}")) == []
    assert [*judged_by_backend(f"{__name__}.Picky")] == [
        f"{__name__}.Picky has its own user_can_authenticate"
    ]
    assert [*judged_by_backend(f"{__name__}.Elsewhere")] == [f"{__name__}.Elsewhere has its own get_user"]


@isolate_apps("django.contrib.auth", "django.contrib.contenttypes")
def test_of_a_model_with_rules_of_its_own_they_do() -> None:
    class Few(models.Manager[Any]):
        def get_queryset(self) -> Any:
            return super().get_queryset().filter(name="x")

    class Bare(AbstractBaseUser):
        name = models.CharField(max_length=9, primary_key=True)
        USERNAME_FIELD = "name"

        class Meta:
            app_label = "auth"

    class Own(AbstractBaseUser):
        name = models.CharField(max_length=9)
        USERNAME_FIELD = "name"
        objects = Few()
        is_authenticated = property(lambda self: self.name != "x")
        is_active = property(lambda self: self.name != "y")

        def get_session_auth_hash(self) -> str:
            return "hash"

        class Meta:
            app_label = "auth"

    class Full(AbstractUser):
        id = models.UUIDField(primary_key=True)
        groups = user_permissions = None

        class Meta:
            app_label = "auth"

    assert list(judged_by_model(Bare)) == list(judged_by_model(Full)) == []
    assert list(judged_by_model(Own)) == [
        "Own.objects may leave users out (get_queryset)",
        "Own has its own is_authenticated",
        "Own has its own is_active",
        "Own has its own get_session_auth_hash",
    ]
