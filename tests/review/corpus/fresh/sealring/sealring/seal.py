from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import typing as t
from hmac import compare_digest as eq

F = t.TypeVar("F", bound=t.Callable[..., t.Any])


class BadSeal(Exception):
    """A value that was not sealed by us.

    The text never has the value in it.
    """


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Sealer:
    """Seals JSON values with HMAC.

    :param keys: newest first; all of them open, the first seals.
    :param purpose: values sealed for one purpose do not open for another.
    """

    default_digest: t.Callable[..., t.Any] = staticmethod(hashlib.sha256)
    sep = "."

    def __init__(self, keys: t.Union[str, t.Sequence[str]], purpose: str = "sealring.value") -> None:
        self.keys = [keys] if isinstance(keys, str) else list(keys)
        if not self.keys or not all(self.keys):
            raise ValueError("keys: at least one, and none may be empty")
        self.purpose = purpose

    def derive(self, key: str) -> bytes:
        return hashlib.sha256(self.purpose.encode() + b"signer" + key.encode()).digest()

    def mac(self, key: str, value: bytes) -> bytes:
        return hmac.new(self.derive(key), value, self.default_digest).digest()

    def seal(self, value: t.Any, seconds: t.Optional[int] = 3600) -> str:
        until = None if seconds is None else int(time.time()) + seconds
        body = json.dumps([value, until], separators=(",", ":")).encode()
        return _b64(body) + self.sep + _b64(self.mac(self.keys[0], body))

    def open(self, text: str) -> t.Any:
        body, _, mac = text.partition(self.sep)
        raw, given = _raw(body), _raw(mac)
        if not any(eq(self.mac(key, raw), given) for key in self.keys):
            raise BadSeal("the seal does not fit")
        return self.fresh(*json.loads(raw))

    @staticmethod
    def fresh(value: t.Any, until: t.Optional[int]) -> t.Any:
        if until is not None and until < time.time():
            raise BadSeal("the value is too old")
        return value


class QuickSealer(Sealer):
    """Reads what version 0 has sealed."""

    def open(self, text: str) -> t.Any:
        body, _, mac = text.partition(self.sep)
        raw = _raw(body)
        if _b64(self.mac(self.keys[0], raw)) == mac:
            return self.fresh(*json.loads(raw))
        raise BadSeal(f"the seal should have been {_b64(self.mac(self.keys[0], raw))}")


class StrictSealer(Sealer):
    def open(self, text: str) -> t.Any:
        body, _, mac = text.partition(self.sep)
        for key in self.keys:
            wanted = self.mac(key, _raw(body))
            given = _raw(mac)
            if len(wanted) == len(given) and all(x == y for x, y in zip(wanted, given)):
                return self.fresh(*json.loads(_raw(body)))
        raise BadSeal("the seal does not fit")
