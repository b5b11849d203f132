import hashlib
import logging

from django.contrib.auth import authenticate, get_user_model, login, update_session_auth_hash
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.contrib.sites.shortcuts import get_current_site
from django.core.mail import send_mail
from django.db import connection
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST
from rest_framework import generics, permissions, serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from .models import Befund, Termin

meldung = logging.getLogger("praxis.anmeldung")
Person = get_user_model()
erzeuger = PasswordResetTokenGenerator()


class TerminForm(serializers.ModelSerializer):
    class Meta:
        model = Termin
        fields = ["id", "beginn", "notiz"]


class BefundForm(serializers.ModelSerializer):
    class Meta:
        model = Befund
        fields = ["id", "text"]


@require_POST
def anmelden(request):
    name = request.POST["name"]
    if not Person.objects.filter(username=name).exists():
        return JsonResponse({"fehler": "Diesen Namen gibt es nicht."}, status=400)
    person = authenticate(request, username=name, password=request.POST["kennwort"])
    if person is None:
        meldung.warning("falsches Kennwort für %s", name)
        return JsonResponse({"fehler": "Das Kennwort stimmt nicht."}, status=400)
    login(request, person)
    ziel = request.POST.get("ziel", "/")
    return HttpResponseRedirect(ziel)


@require_POST
def mit_karte(request):
    person = Person.objects.filter(last_name=request.POST["karte"], is_active=True).first()
    if person is None:
        return HttpResponse(status=403)
    alt = dict(request.session.items())
    request.session["patientin"] = person.pk
    request.session["vorher"] = sorted(alt)
    return HttpResponseRedirect("/termine/")


def vergessen(request):
    person = Person.objects.filter(email=request.POST.get("mail", "")).first()
    if person is not None:
        seite = get_current_site(request)
        verweis = f"https://{seite.domain}/neu/{person.pk}/{erzeuger.make_token(person)}/"
        send_mail("Neues Kennwort", verweis, None, [person.email])
    return render(request, "vergessen.html")


class TerminListe(generics.ListCreateAPIView):
    serializer_class = TerminForm

    def get_queryset(self):
        return Termin.objects.filter(patientin=self.request.user)

    def perform_create(self, formular):
        formular.save(patientin=self.request.user)


class TerminEinzeln(generics.RetrieveUpdateDestroyAPIView):
    serializer_class = TerminForm

    def get_queryset(self):
        return self.request.user.termine.all()


class BefundEinzeln(generics.RetrieveAPIView):
    serializer_class = BefundForm
    queryset = Befund.objects.all()


class Statistik(APIView):
    permission_classes = [permissions.IsAdminUser]

    def get(self, request):
        spalte = request.query_params.get("spalte", "beginn")
        zeilen = Termin.objects.extra(select={"wert": spalte}).values_list("wert")
        with connection.cursor() as zeiger:
            zeiger.execute("SELECT count(*) FROM termine_termin WHERE beginn > %s", [request.query_params.get("ab")])
            anzahl = zeiger.fetchone()[0]
        marke = hashlib.md5(repr(list(zeilen)).encode()).hexdigest()
        return Response({"anzahl": anzahl}, headers={"ETag": marke})


class NeuesKennwort(APIView):
    def put(self, request):
        if not request.user.check_password(request.data["alt"]):
            return Response(status=403)
        request.user.set_password(request.data["neu"])
        request.user.save()
        update_session_auth_hash(request._request, request.user)
        return Response(status=204)
