"""What Django looks at when it reads the user of a session: the backend decides, and the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rescind.paths.django.places import Places

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"
EVERYBODY = {
    "django.contrib.auth.backends.AllowAllUsersModelBackend",
    "django.contrib.auth.backends.AllowAllUsersRemoteUserBackend",
}
HASH = "django.contrib.auth.base_user.AbstractBaseUser"


@dataclass(frozen=True)
class Account:
    """What is looked at on each request.

    Attributes:
        active: whether ``is_active`` is looked at; None: not known.
        hashed: whether the password is.
        why: where each is decided.
    """

    active: bool | None
    hashed: bool | None
    active_why: str
    hashed_why: str


class Accounts:
    """Of one application.

    Args:
        given: the model and the backends, as a running Django describes them.
    """

    def __init__(self, given: dict[str, Any], places: Places) -> None:
        self.given = given
        self.places = places

    @property
    def is_flag(self) -> bool:
        """Whether ``is_active`` is a column of the model."""
        return str(self.given.get("active", "field")) == "field"

    @property
    def has_flag(self) -> bool:
        return str(self.given.get("active", "field")) != "constant"

    def looked_at(self) -> Account:
        backends = self.given.get("backends") or []
        active: bool | None = True
        why = ""
        for each in backends:
            found, said = self.looks(each)
            if found is not True and active is not None:
                active, why = found, said
        kind = self.given.get("active", "field")
        if active is True and kind != "field":
            model = self.given.get("model", "the user model")
            if kind == "constant":
                active, why = False, f"{model} has no is_active: only removing the row ends it"
            else:
                active, why = None, f"is_active of {model} is worked out: look there"
        hashed, hash_why = self.hashed()
        if not backends:
            return Account(None, None, "no backend is known", "no backend is known")
        return Account(
            active,
            hashed,
            why or f"is_active of the user's row is looked at on each request ({backends[0]['name']})",
            hash_why,
        )

    def looks(self, backend: dict[str, Any]) -> tuple[bool | None, str]:
        """Whether a backend's ``get_user`` looks at ``is_active``."""
        name = backend["name"]
        if backend["get_user"] != MODEL_BACKEND:
            from_source = self.places.function_text(backend.get("call"))
            if from_source is None or "super()" in from_source or not self.rereads(backend):
                return None, f"get_user of {name} is its own: look there"
            if "is_active" in from_source or "user_can_authenticate" in from_source:
                return None, f"get_user of {name} is its own and mentions is_active: look there"
            return False, f"get_user of {name} does not look at is_active"
        if backend["can"] in EVERYBODY:
            return False, f"{name} lets everybody go on, whatever is_active says"
        if backend["can"] != MODEL_BACKEND:
            text = self.places.function_text(backend.get("can_call"))
            if text is not None and "is_active" not in text and "super()" not in text:
                return False, f"user_can_authenticate of {name} does not look at is_active"
            return None, f"user_can_authenticate of {name} is its own: look there"
        return True, ""

    def rereads(self, backend: dict[str, Any]) -> bool:
        """Whether a backend certainly reads the row again on each request."""
        if backend["get_user"] == MODEL_BACKEND:
            return True
        text = self.places.whole_text(backend.get("call"))
        return (
            text is not None and "cache" not in text and any(word in text for word in (".get(", ".filter("))
        )

    def hashed(self) -> tuple[bool | None, str]:
        kept = [each["name"] for each in self.given.get("backends") or () if not self.rereads(each)]
        if kept:
            return None, f"get_user of {kept[0]} may give a row that was read before: look there"
        owner = self.given.get("hash", "")
        if owner == HASH:
            return True, "the session holds a hash of the password, which is compared on each request"
        model = self.given.get("model", "the user model")
        if not owner:
            return False, f"{model} has no get_session_auth_hash: the password is not looked at"
        text = self.places.function_text(self.given.get("hash_call"))
        if text is not None and "password" not in text and "super()" not in text:
            return False, f"get_session_auth_hash of {model} does not look at the password"
        return None, f"get_session_auth_hash of {model} is its own: look there"
