import logging
import time

log = logging.getLogger("hall.slow")


class SlowRequests:
    """Says which requests kept people waiting, so that we can see why."""

    LIMIT = 2.0

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        began = time.monotonic()
        response = self.get_response(request)
        took = time.monotonic() - began
        if took > self.LIMIT:
            log.warning("%s %s took %.1f s: %s", request.method, request.path, took, dict(request.headers))
        return response
