from django.urls import include, path
from rest_framework.routers import DefaultRouter

from patients import views

router = DefaultRouter()
router.register("records", views.RecordViewSet, basename="record")
router.register("notes", views.NoteViewSet, basename="note")
router.register("doctors", views.DoctorViewSet, basename="doctor")

urlpatterns = [
    path("", include(router.urls)),
    path("login/", views.LoginView.as_view()),
    path("logout/", views.LogoutView.as_view()),
    path("pin/", views.PinView.as_view()),
    path("exports/", views.ExportView.as_view()),
]
