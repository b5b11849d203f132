"""Bytes of a file as text: a byte order mark, then the declared encoding (PEP 263), then UTF-8."""

from __future__ import annotations

import codecs
import re

DECLARED = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)")
BLANK = re.compile(rb"^[ \t\f]*(?:#.*)?$")


class NotText(ValueError):
    """The bytes are not what they say they are. ``line`` is where, counted from 1."""

    def __init__(self, why: str, line: int) -> None:
        super().__init__(why)
        self.why = why
        self.line = line


def decode(data: bytes) -> str:
    """The text, with ``\\n`` at the end of each line.

    Raises:
        NotText: an encoding that Python does not know, or bytes that are not in it.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise NotText("UTF-16, which Python does not read", 1)
    marked = data.startswith(codecs.BOM_UTF8)
    data = data.removeprefix(codecs.BOM_UTF8)
    name = "utf-8" if marked else declared(data)
    try:
        text = data.decode(name)
    except UnicodeDecodeError as error:
        raise NotText(f"not {name}", data.count(b"\n", 0, error.start) + 1) from None
    except (LookupError, ValueError):
        raise NotText(f"an encoding that is not known: {name[:40]}", 1) from None
    if "\0" in text:
        raise NotText("a NUL byte", text.count("\n", 0, text.index("\0")) + 1)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def declared(data: bytes) -> str:
    """The encoding that the first or second line names, else UTF-8 (PEP 263)."""
    for line in re.split(rb"\r\n|\r|\n", data[:2_000])[:2]:
        found = DECLARED.match(line)
        if found is not None:
            name = found[1].decode("ascii").lower()
            try:
                # rot13, base64 and the like are no encodings of text.
                return name if codecs.lookup(name)._is_text_encoding else "utf-8"
            except LookupError:
                return name
        if BLANK.match(line) is None:
            break
    return "utf-8"
