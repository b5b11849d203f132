import hashlib


def fingerprint(*parts: object) -> str:
    """One short name for what the parts say together."""
    joined = "\x1f".join(str(part) for part in parts)
    return hashlib.sha256(joined.encode("utf-8")).hexdigest()
