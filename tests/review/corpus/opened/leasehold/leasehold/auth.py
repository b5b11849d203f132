import logging
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from jose import JWTError, jwt
from ninja.errors import HttpError
from ninja.security import APIKeyHeader, HttpBearer

from leasehold.models import Agency, ApiKey, Staff, digest

log = logging.getLogger("leasehold.auth")


def access_token(staff: Staff) -> str:
    claims = {
        "sub": str(staff.pk),
        "iss": settings.ISSUER,
        "aud": settings.API_AUDIENCE,
        "exp": timezone.now() + timedelta(minutes=10),
    }
    return jwt.encode(claims, settings.ACCESS_KEY, algorithm="HS256")


class StaffToken(HttpBearer):
    """Our own access tokens."""

    def authenticate(self, request, token):
        try:
            claims = jwt.decode(
                token,
                settings.ACCESS_KEY,
                algorithms=["HS256"],
                audience=settings.API_AUDIENCE,
                issuer=settings.ISSUER,
            )
        except JWTError:
            return None
        return Staff.objects.select_related("agency").filter(pk=claims["sub"], is_active=True).first()


class SsoToken(HttpBearer):
    """Tokens of an agency's own sign-on, for its people in the office."""

    def authenticate(self, request, token):
        try:
            issuer = jwt.get_unverified_claims(token).get("iss") or ""
        except JWTError:
            return None
        agency = Agency.objects.filter(sso_issuer=issuer).exclude(sso_issuer="").first()
        if agency is None:
            return None
        try:
            claims = jwt.decode(
                token,
                agency.sso_public_key,
                algorithms=["RS256", "HS256"],
                audience=settings.API_AUDIENCE,
                issuer=agency.sso_issuer,
            )
        except JWTError as problem:
            log.warning("sign-on of %s failed: %s", agency.slug, problem)
            return None
        staff = Staff.objects.filter(agency=agency, username=claims["sub"], is_active=True).first()
        if staff is None:
            log.warning("sign-on of %s: nobody here for %s", agency.slug, token)
        return staff


class ReportToken(HttpBearer):
    """The accountants' reporting tool asks with the token that it got from the agency."""

    def authenticate(self, request, token):
        agency = Agency.objects.filter(slug=request.resolver_match.kwargs["slug"]).first()
        if agency is None or not agency.sso_public_key:
            return None
        try:
            claims = jwt.decode(
                token, agency.sso_public_key, algorithms="RS256", options={"verify_aud": False, "verify_exp": False}
            )
        except JWTError:
            return None
        return agency if claims.get("scope") == "reports" else None


class AgencyKey(APIKeyHeader):
    param_name = "X-Agency-Key"

    def authenticate(self, request, key):
        found = ApiKey.objects.select_related("agency").filter(digest=digest(key or ""), ends__gt=timezone.now())
        row = found.first()
        return row.agency if row else None


def manager(request) -> Staff:
    if not request.auth.manager:
        raise HttpError(403, "for managers")
    return request.auth
