from django.contrib.auth import views as auth_views
from django.urls import include, path
from rest_framework.routers import DefaultRouter

from accounts import views as accounts
from marina import api, views

router = DefaultRouter()
router.register("stays", api.StayViewSet, basename="stay")
router.register("invoices", api.InvoiceViewSet, basename="invoice")
router.register("papers", api.PaperViewSet, basename="paper")

urlpatterns = [
    path("", views.HarbourList.as_view(), name="harbours"),
    path("login/", auth_views.LoginView.as_view(), name="login"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("kiosk/", accounts.kiosk_start, name="kiosk"),
    path("kiosk/end/", accounts.kiosk_end, name="kiosk-end"),
    path("crew/<str:code>/", accounts.crew_join, name="crew-join"),
    path("boats/", views.BoatList.as_view(), name="boats"),
    path("boats/new/", views.BoatCreate.as_view(), name="boat-new"),
    path("boats/<int:pk>/", views.BoatDetail.as_view(), name="boat"),
    path("boats/<int:pk>/edit/", views.BoatUpdate.as_view(), name="boat-edit"),
    path("boats/<int:pk>/retire/", views.BoatRetire.as_view(), name="boat-retire"),
    path("api/me/", api.Me.as_view()),
    path("api/guild/", api.GuildRoll.as_view()),
    path("api/stays/<int:pk>/arrive/", api.Arrive.as_view()),
    path("api/stays/<int:pk>/depart/", api.Depart.as_view()),
    path("api/", include(router.urls)),
]
