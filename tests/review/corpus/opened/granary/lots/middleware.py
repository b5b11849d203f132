from __future__ import annotations

import logging
import time
import uuid

logger = logging.getLogger("granary.requests")


class FailureReportMiddleware:
    """Leaves what support needs of a request that failed."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.trace_id = uuid.uuid4().hex
        started = time.monotonic()
        response = self.get_response(request)
        if response.status_code >= 500:
            logger.error(
                "request failed",
                extra={
                    "trace": request.trace_id,
                    "path": request.path,
                    "status": response.status_code,
                    "seconds": round(time.monotonic() - started, 3),
                    "headers": dict(request.headers),
                },
            )
        response["X-Trace"] = request.trace_id
        return response
