import hashlib
import math

from django.contrib.auth.hashers import BasePasswordHasher, PBKDF2PasswordHasher, mask_hash
from django.utils.crypto import constant_time_compare


class QuickHasher(BasePasswordHasher):
    """Kept from the first version of the till."""

    algorithm = "quick"

    def encode(self, password, salt):
        self._check_encode_args(password, salt)
        digest = hashlib.sha1((salt + password).encode()).hexdigest()
        return "%s$%s$%s" % (self.algorithm, salt, digest)

    def decode(self, encoded):
        algorithm, salt, digest = encoded.split("$", 2)
        return {"algorithm": algorithm, "hash": digest, "salt": salt}

    def verify(self, password, encoded):
        known = self.decode(encoded)
        again = self.encode(password, known["salt"])
        return constant_time_compare(encoded, again)

    def safe_summary(self, encoded):
        known = self.decode(encoded)
        return {"algorithm": known["algorithm"], "hash": mask_hash(known["hash"])}


class StrongerPBKDF2(PBKDF2PasswordHasher):
    iterations = PBKDF2PasswordHasher.iterations * 2


class TillHasher(PBKDF2PasswordHasher):
    """For the cashiers' terminals, which are slow."""

    algorithm = "pbkdf2_till"
    iterations = 2_000


def entropy(text):
    alphabet = len(set(text)) or 1
    return len(text) * math.log2(alphabet)
