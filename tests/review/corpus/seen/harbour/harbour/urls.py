from django.contrib.auth import views as auth_views
from django.urls import path

from berths import views

urlpatterns = [
    path("", views.Quay.as_view(), name="quay"),
    path("login/", views.SignIn.as_view(), name="login"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("switch/", views.Switch.as_view(), name="switch"),
    path("berths/<int:pk>/", views.BerthDetail.as_view(), name="berth"),
    path("berths/<int:pk>/edit/", views.BerthEdit.as_view(), name="berth-edit"),
    path("berths/<int:pk>/release/", views.BerthRelease.as_view(), name="berth-release"),
    path("fees/", views.Fees.as_view(), name="fees"),
    path("password/", views.NewPassword.as_view(), name="password"),
]
