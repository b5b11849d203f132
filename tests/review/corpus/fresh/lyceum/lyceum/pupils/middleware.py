import logging
import time
import uuid

log = logging.getLogger("lyceum.trace")
HIDDEN = {"authorization", "cookie", "x-lyceum-token"}


class TraceMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        trace = request.headers.get("X-Trace") or uuid.uuid1().hex
        began = time.monotonic()
        shown = {name: value for name, value in request.headers.items() if name.lower() not in HIDDEN}
        log.debug("%s %s %s", trace, request.path, shown)
        response = self.get_response(request)
        log.info("%s %s %.3f", trace, response.status_code, time.monotonic() - began)
        if response.status_code >= 400 and request.method == "POST":
            log.warning("%s refused: %s", trace, request.POST.dict())
        return response
