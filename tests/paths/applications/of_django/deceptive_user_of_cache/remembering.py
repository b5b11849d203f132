from django.contrib.auth import get_user_model
from django.core.cache import cache


class Remembering:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        sid = request.COOKIES.get("sessionid")
        if sid:
            known = cache.get(f"user:{sid}")
            if known is None and request.user.is_authenticated:
                known = request.user.pk
                cache.set(f"user:{sid}", known, 600)
            if known is not None:
                request.user = get_user_model()(pk=known, username="ada")
        return self.get_response(request)
