from django.urls import include, path
from rest_framework.routers import DefaultRouter

from accounts import views as accounts
from lots import api, views as lots

router = DefaultRouter()
router.register("lots", api.LotViewSet, basename="lot")
router.register("invitations", api.InvitationViewSet, basename="invitation")

urlpatterns = [
    path("", lots.FloorView.as_view(), name="floor"),
    path("sign-in/", accounts.SignInView.as_view(), name="sign-in"),
    path("sign-out/", accounts.SignOutView.as_view(), name="sign-out"),
    path("account/payout/", accounts.PayoutView.as_view(), name="payout"),
    path("account/units/", accounts.UnitsView.as_view(), name="units"),
    path("scales/readings/", lots.ScaleReadingView.as_view(), name="scale-readings"),
    path("scales/unlock/", lots.TerminalUnlockView.as_view(), name="terminal-unlock"),
    path("exports/<str:ticket>/", lots.ExportView.as_view(), name="export"),
    path("api/", include(router.urls)),
]
