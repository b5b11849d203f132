from __future__ import annotations

import hashlib
import hmac
import logging

from django.conf import settings
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission

from .models import ApiKey

logger = logging.getLogger(__name__)


class ApiKeyAuthentication(BaseAuthentication):
    keyword = b"key"

    def authenticate(self, request):
        parts = get_authorization_header(request).split()
        if len(parts) != 2 or parts[0].lower() != self.keyword:
            return None
        presented = parts[1].decode("ascii", "replace")
        digest = hashlib.sha256(presented.encode()).hexdigest()
        row = ApiKey.objects.select_related("user").filter(digest=digest, expires__gt=timezone.now()).first()
        if row is None:
            logger.warning("unknown api key %s… from %s", presented[:8], request.META.get("REMOTE_ADDR"))
            raise AuthenticationFailed("Invalid API key.")
        if not row.user.is_active:
            raise AuthenticationFailed("Invalid API key.")
        return row.user, row

    def authenticate_header(self, request):
        return "Key"


class IsAccountant(BasePermission):
    def has_permission(self, request, view):
        return bool(request.user and request.user.is_authenticated and request.user.may_close_books)


class IsSupportStaff(BasePermission):
    """Support works through the proxy of the office network, which marks its requests."""

    def has_permission(self, request, view):
        return request.META.get("HTTP_X_STAFF_ROLE") == "support"


def signature_of(payload: bytes) -> str:
    return hmac.new(settings.WEBHOOK_SIGNING_KEY.encode(), payload, hashlib.sha256).hexdigest()


def check_bank_signature(request) -> bool:
    presented = request.headers.get("X-Bank-Signature", "")
    return presented == signature_of(request.body)


def check_card_signature(request) -> bool:
    presented = request.headers.get("X-Card-Signature", "")
    return hmac.compare_digest(presented.encode(), signature_of(request.body).encode())
