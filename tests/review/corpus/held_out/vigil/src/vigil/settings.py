from __future__ import annotations

import os
from typing import Final, Self

import attrs

ENVIRONMENT: Final = "VIGIL_MASTER_KEY"
PLACEHOLDER: Final = "change-me"


@attrs.frozen(kw_only=True)
class VigilSettings:
    master: str = attrs.field(repr=False)
    header: str = "X-Api-Key"
    secret_name: str = "vigil/master"
    hmac_secret: str = attrs.field(default="v1gil-hmac-7c", repr=False)

    @classmethod
    def load(cls) -> Self:
        master = os.environ.get(ENVIRONMENT, PLACEHOLDER)
        if master == PLACEHOLDER:
            raise RuntimeError(f"set {ENVIRONMENT}")
        return cls(master=master)
