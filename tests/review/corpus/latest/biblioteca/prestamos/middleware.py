import logging
import time

log = logging.getLogger("biblioteca.trazas")


class Trazas:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        inicio = time.monotonic()
        respuesta = self.get_response(request)
        ms = (time.monotonic() - inicio) * 1000
        log.info("%s %s %s %.1f ms", request.method, request.path, respuesta.status_code, ms)
        if respuesta.status_code >= 500:
            log.error("petición fallida: %s", {k: v for k, v in request.META.items() if k.startswith("HTTP_")})
        elif respuesta.status_code == 400:
            log.debug("cabeceras presentes: %s", sorted(request.headers.keys()))
        return respuesta
