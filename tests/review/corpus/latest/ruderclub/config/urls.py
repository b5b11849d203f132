from django.contrib.auth import views as auth_views
from django.urls import path

from club import accounts, bookings, hooks, kiosk

urlpatterns = [
    path("", bookings.BoatList.as_view(), name="boats"),
    path("boote/neu/", bookings.BoatCreate.as_view(), name="boat-new"),
    path("boote/<int:pk>/sperren/", bookings.BoatBlock.as_view(), name="boat-block"),
    path("boote/<int:pk>/", bookings.BoatEdit.as_view(), name="boat-edit"),
    path("reservierungen/", bookings.ReservationList.as_view(), name="reservations"),
    path("reservierungen/neu/", bookings.ReservationCreate.as_view(), name="reservation-new"),
    path("reservierungen/<int:pk>/", bookings.ReservationEdit.as_view(), name="reservation-edit"),
    path("reservierungen/<int:pk>/absagen/", bookings.ReservationCancel.as_view(), name="reservation-cancel"),
    path("schaden/", bookings.ReportDamage.as_view(), name="damage"),
    path("entwurf/", bookings.DraftView.as_view(), name="draft"),
    path("kalender/<str:token>.ics", bookings.CalendarFeed.as_view(), name="calendar"),
    path("anmelden/", accounts.SignIn.as_view(), name="sign-in"),
    path("abmelden/", auth_views.LogoutView.as_view(), name="sign-out"),
    path("sprache/", accounts.SetLanguage.as_view(), name="language"),
    path("vergessen/", accounts.ForgotPassword.as_view(), name="forgot"),
    path("neu/<uidb64>/<token>/", auth_views.PasswordResetConfirmView.as_view(success_url="/anmelden/")),
    path("rundbrief/", accounts.Newsletter.as_view(), name="newsletter"),
    path("adresse/<str:token>/", accounts.ConfirmAddress.as_view(), name="confirm-address"),
    path("gast/", accounts.GuestInvite.as_view(), name="guest-invite"),
    path("gast/<int:pk>/<str:code>/", accounts.GuestEntry.as_view(), name="guest-entry"),
    path("kiosk/", kiosk.KioskSignIn.as_view(), name="kiosk"),
    path("kiosk/chip/", kiosk.ChipSignIn.as_view(), name="kiosk-chip"),
    path("kiosk/fahrt/", kiosk.LogTrip.as_view(), name="kiosk-trip"),
    path("bank/eingang/", hooks.BankHook.as_view(), name="bank-hook"),
]
