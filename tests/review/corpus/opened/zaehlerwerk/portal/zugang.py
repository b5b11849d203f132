"""Wer gerade zugreift: im Browser über die Sitzung, in der App über ihren Schlüssel."""

from django.conf import settings
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from ninja.security import APIKeyCookie, HttpBearer

from .models import AppSitzung, Kundin, fingerabdruck


def kundin_der_sitzung(request) -> Kundin | None:
    nummer = request.session.get("kundin")
    if nummer is None:
        return None
    kundin = Kundin.objects.filter(pk=nummer, gekuendigt_am__isnull=True).first()
    if kundin is None or kundin.passwort_stand != request.session.get("stand"):
        request.session.flush()
        return None
    return kundin


class KundinMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.kundin = SimpleLazyObject(lambda: kundin_der_sitzung(request))
        return self.get_response(request)


class NurAngemeldet:
    """Für Ansichten, die eine Kundin brauchen."""

    def dispatch(self, request, *args, **kwargs):
        if not request.kundin:
            return redirect("anmelden")
        return super().dispatch(request, *args, **kwargs)


class ImBrowser(APIKeyCookie):
    param_name = settings.SESSION_COOKIE_NAME

    def authenticate(self, request, key):
        return kundin_der_sitzung(request)


class InDerApp(HttpBearer):
    def authenticate(self, request, token):
        sitzung = (
            AppSitzung.objects.select_related("kundin")
            .filter(schluessel=fingerabdruck(token), endet__gt=timezone.now())
            .first()
        )
        return sitzung.kundin if sitzung else None


def eintreten(request, kundin: Kundin) -> None:
    request.session.cycle_key()
    request.session["kundin"] = kundin.pk
    request.session["stand"] = kundin.passwort_stand
