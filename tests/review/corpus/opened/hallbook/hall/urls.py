from django.contrib.auth.views import LogoutView
from django.urls import include, path
from django.views.generic import TemplateView
from rest_framework.routers import DefaultRouter

from hall import api, views

router = DefaultRouter()
router.register("rooms", api.Rooms)
router.register("bookings", api.Bookings, basename="api-booking")
router.register("caretakers", api.Caretakers)

urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign_in"),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("bookings/", views.MyBookings.as_view(), name="bookings"),
    path("bookings/new/", views.Book.as_view(), name="book"),
    path("bookings/<int:pk>/cancel/", views.CancelBooking.as_view(), name="cancel"),
    path("password/", views.ChangePassword.as_view(), name="change_password"),
    path("password/ask/", views.AskForLink.as_view(), name="ask_for_link"),
    path("password/sent/", TemplateView.as_view(template_name="hall/link_sent.html"), name="link_sent"),
    path("password/reset/<str:token>/", views.ResetPassword.as_view(), name="reset"),
    path("api/invitations/", api.Invite.as_view()),
    path("api/invitations/<str:token>/", api.AcceptInvitation.as_view()),
    path("api/", include(router.urls)),
]
