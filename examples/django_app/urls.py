"""Where everything is."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.urls import include, path
from examples.django_app import views

urlpatterns = [
    path("", views.notes, name="notes"),
    path("sign-in", LoginView.as_view(template_name="sign_in.html"), name="sign-in"),
    path("sign-out", LogoutView.as_view(), name="sign-out"),
    path(
        "password",
        PasswordChangeView.as_view(template_name="password.html", success_url="/"),
        name="password",
    ),
    path("api/notes", views.api_notes, name="api-notes"),
    path("api/notes/stream", views.stream, name="stream"),
    path("auth/", include("rescind.django.urls")),
    path("people", views.people, name="people"),
    path("people/<int:pk>/leave", views.leave, name="leave"),
    path("admin/", admin.site.urls),
]
