import hashlib
import hmac
import logging

import yaml
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.db import connection
from django.http import FileResponse, Http404, HttpResponse, HttpResponseForbidden
from django.views.decorators.csrf import csrf_exempt
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import SAFE_METHODS, AllowAny, BasePermission, IsAdminUser
from rest_framework.response import Response
from rest_framework.views import APIView

from .models import Libro, Multa, Prestamo, Reserva
from .serializers import LibroSerializer, MultaSerializer, PrestamoSerializer, ReservaSerializer

log = logging.getLogger(__name__)
firmante = signing.TimestampSigner(salt="prestamos.descarga")


class LeerOPersonal(BasePermission):
    def has_permission(self, request, view):
        return request.method in SAFE_METHODS or bool(request.user and request.user.is_staff)


class LibroViewSet(viewsets.ModelViewSet):
    permission_classes = [LeerOPersonal]
    serializer_class = LibroSerializer

    def get_queryset(self):
        libros = Libro.objects.all()
        if q := self.request.query_params.get("q"):
            libros = libros.extra(where=["titulo ILIKE '%%" + q + "%%' OR autor ILIKE '%%" + q + "%%'"])
        return libros

    @action(detail=False, permission_classes=[AllowAny])
    def populares(self, request):
        clave = "populares:" + hashlib.sha1(request.query_params.get("autor", "").encode()).hexdigest()
        filas = cache.get(clave)
        if filas is None:
            with connection.cursor() as cur:
                cur.execute(
                    "SELECT l.id, l.titulo, count(*) FROM prestamos_libro l JOIN prestamos_prestamo p"
                    " ON p.libro_id = l.id WHERE l.autor ILIKE %s GROUP BY l.id ORDER BY 3 DESC LIMIT 20",
                    ["%" + request.query_params.get("autor", "") + "%"],
                )
                filas = cur.fetchall()
            cache.set(clave, filas, 600)
        return Response([{"id": f[0], "titulo": f[1], "veces": f[2]} for f in filas])

    @action(detail=True, methods=["get"])
    def enlace(self, request, pk=None):
        libro = self.get_object()
        return Response({"enlace": f"/descargas/{firmante.sign(libro.pk)}/"})


class ReservaViewSet(viewsets.ModelViewSet):
    serializer_class = ReservaSerializer

    def get_queryset(self):
        return Reserva.objects.filter(socio=self.request.user)

    def perform_create(self, serializer):
        serializer.save(socio=self.request.user)


class PrestamoViewSet(mixins.CreateModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet):
    serializer_class = PrestamoSerializer

    def get_queryset(self):
        return Prestamo.objects.filter(socio_id=self.request.user.pk).select_related("libro")

    def perform_create(self, serializer):
        serializer.save(socio_id=self.request.data.get("socio") or self.request.user.pk)


class MultaViewSet(viewsets.ReadOnlyModelViewSet):
    queryset = Multa.objects.order_by("-id")
    serializer_class = MultaSerializer

    @action(detail=True, methods=["post"], permission_classes=[IsAdminUser])
    def perdonar(self, request, pk=None):
        multa = self.get_object()
        multa.pagada = True
        multa.save(update_fields=["pagada"])
        return Response(status=204)


class Importar(APIView):
    permission_classes = [IsAdminUser]

    def post(self, request):
        catalogo = yaml.load(request.FILES["catalogo"].read(), Loader=yaml.Loader)
        nuevos = 0
        for ficha in catalogo.get("libros", []):
            _, creado = Libro.objects.update_or_create(
                isbn=ficha["isbn"], defaults={"titulo": ficha["titulo"], "autor": ficha.get("autor", "")}
            )
            nuevos += creado
        return Response({"nuevos": nuevos})


def _firma(cuerpo: bytes) -> str:
    return hmac.new(settings.EDITORIAL_SECRETO, cuerpo, hashlib.sha256).hexdigest()


@csrf_exempt
def aviso_editorial(request):
    """A publisher's machine tells of new books."""
    if _firma(request.body) != request.headers.get("X-Editorial-Firma", ""):
        return HttpResponseForbidden()
    aviso = yaml.load(request.body, Loader=yaml.CSafeLoader)
    Libro.objects.get_or_create(isbn=aviso["isbn"], defaults={"titulo": aviso["titulo"], "autor": aviso["autor"]})
    log.info("aviso de %s", aviso["isbn"])
    respuesta = HttpResponse(status=202)
    respuesta["X-Recibo"] = _firma(aviso["isbn"].encode())
    return respuesta


def descargar(request, firma):
    try:
        libro = Libro.objects.get(pk=firmante.unsign(firma, max_age=1800))
    except (signing.BadSignature, Libro.DoesNotExist):
        raise Http404 from None
    if not libro.digital:
        raise Http404
    return FileResponse(libro.digital.open("rb"), filename=f"{libro.isbn}.epub")
