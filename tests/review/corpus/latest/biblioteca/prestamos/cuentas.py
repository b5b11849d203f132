import logging
import random
import secrets

from django.conf import settings
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.tokens import default_token_generator
from django.http import HttpResponse, HttpResponseForbidden, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from .autenticacion import crear_llave
from .models import Socio
from .tareas import encolar_restablecimiento

log = logging.getLogger(__name__)
PIN_DE_NADIE = make_password(secrets.token_hex(8))


def entrar(request):
    if request.method == "GET":
        return render(request, "cuenta/entrar.html")
    socio = authenticate(request, username=request.POST.get("usuario"), password=request.POST.get("clave"))
    if socio is None:
        return render(request, "cuenta/entrar.html", {"error": "Datos incorrectos"}, status=401)
    login(request, socio)
    destino = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(destino, allowed_hosts={request.get_host()}, require_https=True):
        destino = "/"
    return redirect(destino)


@require_POST
def salir(request):
    logout(request)
    return redirect("/")


def elegir_sede(request, sede):
    """Which branch the catalogue shows first."""
    request.session["sede"] = sede[:20]
    return redirect(request.GET.get("volver") or "/")


@require_POST
def tema(request):
    respuesta = HttpResponse(status=204)
    respuesta.set_cookie("tema", "oscuro" if request.POST.get("tema") == "oscuro" else "claro", max_age=31536000)
    return respuesta


@require_POST
def kiosco_entrar(request):
    """Card and PIN at the machine by the door; ends by itself after a quarter of an hour."""
    socio = Socio.objects.filter(carnet=request.POST.get("carnet", "")).first()
    if not check_password(request.POST.get("pin", ""), socio.pin if socio else PIN_DE_NADIE) or socio is None:
        return JsonResponse({"error": "carnet o PIN incorrecto"}, status=401)
    request.session["kiosco_socio"] = socio.pk
    request.session.set_expiry(900)
    return JsonResponse({"nombre": socio.first_name})


@login_required
@require_POST
def nuevo_pin(request):
    """A new PIN for the kiosk, by mail."""
    pin = f"{random.randrange(10**8):08d}"
    request.user.pin = make_password(pin)
    request.user.save(update_fields=["pin"])
    request.user.email_user("Su PIN", f"Su PIN del kiosco es {pin}")
    return HttpResponse(status=204)


@login_required
@require_POST
def mostrador_abrir(request):
    """Librarians type the password once more before the till opens."""
    if not request.user.is_staff or not request.user.check_password(request.POST.get("clave", "")):
        return HttpResponseForbidden()
    request.session.cycle_key()
    request.session["mostrador"] = request.user.pk
    return JsonResponse({"abierto": True})


class ObtenerLlave(APIView):
    permission_classes = [AllowAny]
    authentication_classes = []

    def post(self, request):
        socio = Socio.objects.filter(username=request.data.get("usuario", "")).first()
        if socio is None:
            return Response({"usuario": "No existe ese usuario"}, status=400)
        if not socio.is_active or not socio.check_password(request.data.get("clave", "")):
            return Response({"clave": "Contraseña incorrecta"}, status=400)
        llave = crear_llave(socio)
        log.info("llave nueva para %s: %s", socio.pk, llave)
        return Response({"llave": llave})


class CambiarClave(APIView):
    def post(self, request):
        socio = request.user
        if not socio.check_password(request.data.get("actual", "")):
            return Response({"actual": "No coincide"}, status=400)
        socio.set_password(request.data["nueva"])
        socio.save(update_fields=["password"])
        socio.llaves.all().delete()
        update_session_auth_hash(request, socio)
        return Response(status=204)


class Olvido(APIView):
    permission_classes = [AllowAny]
    authentication_classes = []

    def post(self, request):
        encolar_restablecimiento(str(request.data.get("correo", "")))
        return Response({"detalle": "Si el correo está registrado, recibirá un enlace."})


class Restablecer(APIView):
    permission_classes = [AllowAny]
    authentication_classes = []

    def post(self, request):
        socio = Socio.objects.filter(pk=int(request.data.get("socio", 0))).first()
        ficha = str(request.data.get("ficha", ""))
        if socio is None or not default_token_generator.check_token(socio, ficha):
            return Response({"detalle": "El enlace no es válido"}, status=400)
        socio.set_password(request.data["nueva"])
        socio.save(update_fields=["password"])
        log.info("clave restablecida con ficha %s… (%s)", ficha[:4], settings.SMS_REMITENTE)
        return Response(status=204)
