from django.urls import include, path
from rest_framework.routers import DefaultRouter

from prestamos import cuentas, views

router = DefaultRouter()
router.register("libros", views.LibroViewSet, basename="libro")
router.register("prestamos", views.PrestamoViewSet, basename="prestamo")
router.register("reservas", views.ReservaViewSet, basename="reserva")
router.register("multas", views.MultaViewSet, basename="multa")

urlpatterns = [
    path("api/", include(router.urls)),
    path("api/importar/", views.Importar.as_view()),
    path("api/llave/", cuentas.ObtenerLlave.as_view()),
    path("api/clave/", cuentas.CambiarClave.as_view()),
    path("api/clave/olvido/", cuentas.Olvido.as_view()),
    path("api/clave/restablecer/", cuentas.Restablecer.as_view()),
    path("cuenta/entrar/", cuentas.entrar, name="entrar"),
    path("cuenta/salir/", cuentas.salir, name="salir"),
    path("cuenta/tema/", cuentas.tema),
    path("sede/<str:sede>/", cuentas.elegir_sede),
    path("kiosco/entrar/", cuentas.kiosco_entrar),
    path("kiosco/pin/", cuentas.nuevo_pin),
    path("mostrador/abrir/", cuentas.mostrador_abrir),
    path("editorial/aviso/", views.aviso_editorial),
    path("descargas/<str:firma>/", views.descargar),
]
