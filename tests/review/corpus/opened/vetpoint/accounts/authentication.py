from django.utils import timezone
from rest_framework import authentication, exceptions

from .models import LabKey, MobileDevice, digest


class KeywordAuthentication(authentication.BaseAuthentication):
    keyword = ""

    def credential(self, request) -> str | None:
        kind, _, rest = request.headers.get("Authorization", "").partition(" ")
        return rest.strip() if kind == self.keyword and rest else None

    def authenticate_header(self, request):
        return self.keyword


class MobileTokenAuthentication(KeywordAuthentication):
    keyword = "Mobile"

    def authenticate(self, request):
        token = self.credential(request)
        if token is None:
            return None
        device = (
            MobileDevice.objects.select_related("staff__practice")
            .filter(token_digest=digest(token), expires_at__gt=timezone.now())
            .first()
        )
        if device is None:
            raise exceptions.AuthenticationFailed("Please sign in again.")
        return device.staff, device


class LabClient:
    """Stands in for a user where a laboratory is talking."""

    is_authenticated = True
    is_active = True

    def __init__(self, key: LabKey) -> None:
        self.practice = key.practice
        self.laboratory = key.laboratory


class LabKeyAuthentication(KeywordAuthentication):
    keyword = "Lab"

    def authenticate(self, request):
        presented = self.credential(request)
        if presented is None:
            return None
        try:
            key = LabKey.objects.select_related("practice").get(key_digest=digest(presented))
        except LabKey.DoesNotExist:
            raise exceptions.AuthenticationFailed("Unknown key.") from None
        LabKey.objects.filter(pk=key.pk).update(last_used=timezone.now())
        return LabClient(key), key
