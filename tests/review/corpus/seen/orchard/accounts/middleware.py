import logging

from django.http import JsonResponse

from .models import ApiKey

log = logging.getLogger(__name__)


class ApiKeyMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        header = request.headers.get("Authorization", "")
        if header.startswith("Key "):
            log.debug("api call %s %s with %s", request.method, request.path, header)
            prefix, _, secret = header[4:].partition(".")
            key = ApiKey.objects.filter(prefix=prefix).first()
            if key is None or not key.matches(secret):
                log.info("refused api key %s", prefix)
                return JsonResponse({"error": "unauthorised"}, status=401)
            request.user = key.owner
        return self.get_response(request)
