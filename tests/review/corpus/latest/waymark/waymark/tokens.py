"""Bearer tokens: our own for the watch app, Apple's, and those of the alpine club."""
import logging
from datetime import datetime, timedelta, timezone
from pathlib import Path

import jwt
from starlette.exceptions import HTTPException

from . import config

log = logging.getLogger("waymark.tokens")
apple_keys = jwt.PyJWKClient(config.APPLE_JWKS, cache_keys=True)

WATCH_LIFETIME = timedelta(days=5 * 365)
UPLOAD_LIFETIME = timedelta(minutes=20)


def issue(hiker_id, scope, lifetime):
    now = datetime.now(timezone.utc)
    claims = {"sub": str(hiker_id), "scope": scope, "iat": now, "exp": now + lifetime}
    return jwt.encode(claims, str(config.APP_KEY), algorithm="HS256")


def for_watch(hiker_id):
    return issue(hiker_id, "watch", WATCH_LIFETIME)


def for_upload(hiker_id):
    return issue(hiker_id, "upload", UPLOAD_LIFETIME)


def read(token, scope):
    try:
        claims = jwt.decode(token, str(config.APP_KEY), algorithms=["HS256"], options={"require": ["exp", "sub"]})
    except jwt.ExpiredSignatureError:
        raise HTTPException(401, "Please pair again.") from None
    except jwt.PyJWTError as error:
        raise HTTPException(401, f"Cannot read {scope} token {token}: {error}") from None
    if claims.get("scope") != scope:
        raise HTTPException(403, f"This is no token for {scope}.")
    return int(claims["sub"])


def read_apple(token):
    key = apple_keys.get_signing_key_from_jwt(token)
    return jwt.decode(
        token,
        key.key,
        algorithms=["RS256"],
        audience=config.APPLE_AUDIENCE,
        issuer="https://appleid.apple.com",
    )


def read_club(token):
    """Members of the alpine club see closures earlier; the club signs."""
    key = Path(config.CLUB_PUBLIC_KEY_FILE).read_bytes()
    return jwt.decode(
        token,
        key,
        algorithms=["RS256", "HS256"],
        audience="waymark",
    )
