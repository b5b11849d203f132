from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.http import HttpResponseForbidden
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views import View

from .models import Ablesung, Anmeldecode, Freigabe, Kundin, fingerabdruck
from .post import schicke_code
from .zugang import NurAngemeldet, eintreten


class Anmelden(View):
    def get(self, request):
        return render(request, "portal/anmelden.html")

    def post(self, request):
        kundin = Kundin.objects.filter(
            kundennummer=request.POST["kundennummer"], gekuendigt_am__isnull=True
        ).first()
        if kundin is None:
            make_password(request.POST["passwort"])
        if kundin is None or not kundin.passwort_stimmt(request.POST["passwort"]):
            return render(request, "portal/anmelden.html", {"fehler": "Die Angaben passen nicht zusammen."})
        request.session["kundin"] = kundin.pk
        request.session["stand"] = kundin.passwort_stand
        return redirect("uebersicht")


class CodeAnfordern(View):
    def post(self, request):
        schicke_code.delay(request.POST["mail"].strip())
        return render(request, "portal/code.html")


class CodeEinloesen(View):
    def post(self, request):
        treffer = Anmeldecode.objects.select_related("kundin").filter(
            code=fingerabdruck(request.POST["code"].strip()), endet__gt=timezone.now()
        )
        eintrag = treffer.first()
        if eintrag is None:
            return render(request, "portal/code.html", {"fehler": "Dieser Code gilt nicht."})
        eintrag.delete()
        eintreten(request, eintrag.kundin)
        return redirect("uebersicht")


class Abmelden(NurAngemeldet, View):
    def post(self, request):
        request.session.flush()
        return redirect("anmelden")


class Uebersicht(NurAngemeldet, View):
    def get(self, request):
        anschluesse = request.kundin.anschluesse.prefetch_related("zaehler")
        return render(request, "portal/uebersicht.html", {"anschluesse": anschluesse})


class PasswortAendern(NurAngemeldet, View):
    def post(self, request):
        kundin = request.kundin
        if not kundin.passwort_stimmt(request.POST["bisher"]):
            return HttpResponseForbidden("Das bisherige Passwort stimmt nicht.")
        kundin.setze_passwort(request.POST["neu"])
        kundin.save(update_fields=["passwort", "passwort_stand"])
        kundin.app_sitzungen.all().delete()
        eintreten(request, kundin)
        messages.success(request, "Ihr Passwort ist geändert.")
        return redirect("uebersicht")


class Kuendigen(NurAngemeldet, View):
    def post(self, request):
        kundin = request.kundin
        kundin.vertraege.update(aktiv=False)
        kundin.gekuendigt_am = timezone.now()
        kundin.save(update_fields=["gekuendigt_am"])
        request.session.flush()
        return render(request, "portal/auf_wiedersehen.html")


class FreigabeAnsehen(View):
    def get(self, request, kennung):
        freigabe = get_object_or_404(
            Freigabe.objects.select_related("anschluss"), kennung=kennung, endet__gt=timezone.now()
        )
        ablesungen = Ablesung.objects.filter(zaehler__anschluss=freigabe.anschluss).order_by("-am")
        return render(request, "portal/freigabe.html", {"freigabe": freigabe, "ablesungen": ablesungen})
