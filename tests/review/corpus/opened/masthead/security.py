import datetime as dt

import jwt
from pyramid.authentication import AuthTktCookieHelper
from pyramid.authorization import Allowed, Denied


class OfficePolicy:
    """The ticket holds the key of a session in the store; who is who stands there."""

    def __init__(self, settings):
        self.tickets = AuthTktCookieHelper(
            settings["auth.secret"],
            cookie_name="desk",
            secure=True,
            samesite="Lax",
            timeout=36_000,
            max_age=36_000,
            hashalg="sha512",
        )

    def identity(self, request):
        ticket = self.tickets.identify(request)
        session = request.store.session(ticket["userid"]) if ticket else None
        return request.store.person(session["name"]) if session else None

    def authenticated_userid(self, request):
        person = request.identity
        return person["name"] if person else None

    def permits(self, request, context, permission):
        person = request.identity
        if person is None:
            return Denied("nobody is signed in")
        return Allowed("has it") if permission in person.get("may", ["write"]) else Denied("has it not")

    def remember(self, request, userid, **kw):
        return self.tickets.remember(request, request.store.open_session(userid), **kw)

    def forget(self, request, **kw):
        ticket = self.tickets.identify(request)
        if ticket:
            request.store.close_session(ticket["userid"])
        return self.tickets.forget(request, **kw)


class Previews:
    """Links by which somebody outside reads one draft."""

    def __init__(self, settings):
        self.key = settings["preview.key"]
        self.verify = settings["preview.verify"]

    def token_for(self, slug):
        end = dt.datetime.now(dt.timezone.utc) + dt.timedelta(days=3)
        return jwt.encode({"slug": slug, "exp": end}, self.key, algorithm="HS256")

    def slug_of(self, token):
        try:
            claims = jwt.decode(token, self.key, algorithms=["HS256"], options={"verify_signature": self.verify})
        except jwt.InvalidTokenError:
            return None
        return claims.get("slug")


class Agency:
    """News agencies sign with keys that they publish."""

    def __init__(self, settings):
        self.client = jwt.PyJWKClient(settings["wire.jwks"], cache_keys=True)
        self.name = settings["wire.agency"]

    def sender(self, token):
        try:
            key = self.client.get_signing_key_from_jwt(token).key
            claims = jwt.decode(
                token, key, algorithms=["ES256"], issuer=self.name, audience="masthead", options={"require": ["exp"]}
            )
        except jwt.PyJWTError:
            return None
        return claims["iss"]
