import logging

from django.contrib.auth import login
from django.utils.crypto import constant_time_compare
from django.utils.deprecation import MiddlewareMixin

from .models import Device

log = logging.getLogger(__name__)


class DeviceMiddleware(MiddlewareMixin):
    def process_request(self, request):
        if request.user.is_authenticated:
            return
        key, _, seal = request.COOKIES.get("device", "").partition(".")
        device = Device.objects.select_related("member").filter(key=key).first() if key else None
        if device is None:
            return
        if not constant_time_compare(seal, device.seal):
            log.warning("device %s has a wrong seal, wanted %s", device.pk, device.seal)
            return
        login(request, device.member, backend="django.contrib.auth.backends.ModelBackend")

    def process_response(self, request, response):
        key = getattr(request, "new_device", None)
        if key:
            device = Device.objects.get(key=key)
            response.set_cookie("device", f"{key}.{device.seal}", max_age=30 * 86400, httponly=True, samesite="Lax")
        if request.GET.get("theme") in ("light", "dark"):
            response.set_cookie("theme", request.GET["theme"], max_age=365 * 86400)
        return response
