import logging

import jwt
from django.conf import settings
from rest_framework import authentication, exceptions
from rest_framework.authentication import SessionAuthentication

from .models import ApiKey, Member

logger = logging.getLogger(__name__)


class QuietSessionAuthentication(SessionAuthentication):
    """For the single page application, which had trouble with the token."""

    def enforce_csrf(self, request):
        return


class KeyAuthentication(authentication.BaseAuthentication):
    def authenticate(self, request):
        header = authentication.get_authorization_header(request).split()
        if len(header) != 2 or header[0].lower() != b"key":
            return None
        key = ApiKey.find(header[1].decode())
        if key is None:
            logger.info("unknown api key %s...", header[1][:4])
            raise exceptions.AuthenticationFailed("No such key.")
        return key.owner, key


class CookieOrTokenAuthentication(authentication.BaseAuthentication):
    def authenticate(self, request):
        raw = request.COOKIES.get(settings.SIMPLE_JWT["AUTH_COOKIE"]) or self.bearer(request)
        if not raw:
            return None
        try:
            claims = jwt.decode(raw, settings.SIMPLE_JWT["SIGNING_KEY"], algorithms=["HS256"])
        except jwt.InvalidTokenError as error:
            logger.warning("token %s refused: %s", raw, error)
            raise exceptions.AuthenticationFailed("Bad token.")
        member = Member.objects.filter(pk=claims["user_id"], is_active=True).first()
        if member is None or claims.get("token_type") != "access":
            raise exceptions.AuthenticationFailed("Bad token.")
        return member, claims

    @staticmethod
    def bearer(request):
        value = request.headers.get("Authorization", "")
        return value[7:] if value.startswith("Bearer ") else None
