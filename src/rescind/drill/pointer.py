"""JSON pointers (RFC 6901)."""

from __future__ import annotations


class NotThere(LookupError):
    """The document has nothing at the pointer."""


def is_pointer(text: str) -> bool:
    """Whether `text` is "" or starts with /, and every ~ in it is ~0 or ~1."""
    return text[:1] in ("", "/") and "~" not in text.replace("~0", "").replace("~1", "")


def point(document: object, pointer: str) -> object:
    """What `pointer` ("" or "/a/0/b") names in `document`. Raises NotThere."""
    if pointer == "":
        return document
    if not pointer.startswith("/"):
        raise NotThere(f"{pointer!r} is not a JSON pointer: it starts with /")
    here = document
    for part in pointer[1:].split("/"):
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(here, dict) and key in here:
            here = here[key]
        elif isinstance(here, list) and key.isdecimal() and int(key) < len(here):
            here = here[int(key)]
        else:
            raise NotThere(f"nothing at {pointer!r}")
    return here
