from __future__ import annotations

import hashlib

from django.contrib.auth.hashers import BasePasswordHasher, PBKDF2PasswordHasher, mask_hash
from django.utils.crypto import constant_time_compare


class FloorPasswordHasher(PBKDF2PasswordHasher):
    """PBKDF2 with the cooperative's own cost, so that the terminals at the gate stay quick."""

    algorithm = "floor_pbkdf2"
    iterations = 6_000


class AgrosoftPasswordHasher(BasePasswordHasher):
    """Passwords that came over with the Agrosoft migration of 2019."""

    algorithm = "agrosoft"

    def decode(self, encoded: str) -> dict[str, str]:
        algorithm, salt, digest = encoded.split("$", 2)
        return {"algorithm": algorithm, "salt": salt, "hash": digest}

    def encode(self, password: str, salt: str) -> str:
        raise NotImplementedError("Agrosoft entries are not written any more")

    def verify(self, password: str, encoded: str) -> bool:
        parts = self.decode(encoded)
        digest = hashlib.sha1((parts["salt"] + password).encode("utf-8")).hexdigest()
        return constant_time_compare(digest, parts["hash"])

    def must_update(self, encoded: str) -> bool:
        return True

    def harden_runtime(self, password: str, encoded: str) -> None:
        pass

    def safe_summary(self, encoded: str) -> dict[str, str]:
        parts = self.decode(encoded)
        return {"algorithm": parts["algorithm"], "hash": mask_hash(parts["hash"])}
