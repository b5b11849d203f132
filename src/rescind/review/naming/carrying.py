"""Calls that give, as a text or as bytes, what they were given."""

from __future__ import annotations

# What gives the text that it is given.
CARRIES = frozenset(
    ["str", "repr", "bytes", "format", "dict", "list", "tuple", "json.dumps", "urllib.parse.urlencode",
    "urllib.parse.quote",
     "urllib.parse.quote_plus", "base64.b64encode", "base64.urlsafe_b64encode", "pprint.pformat",
     "base64.b16encode", "base64.b32encode", "binascii.hexlify", "binascii.b2a_base64", "codecs.encode",
     "ascii", "sorted", "vars", "map", "shlex.quote", "shlex.join",
     "httpx.QueryParams", "httpx.URL", "yarl.URL", "urllib.parse.urljoin", "urllib.parse.urlunsplit",
     "copy.copy", "copy.deepcopy", "flask.url_for", "quart.url_for", "django.urls.reverse",
     "django.shortcuts.resolve_url"]
)  # fmt: skip
CARRYING = frozenset(
    [
        "copy", "decode", "dict", "digest", "dump", "encode", "finalize", "format", "format_map", "hex",
        "get_secret_value", "hexdigest", "items", "join", "lower", "model_dump", "partition",
        "ljust", "lstrip", "removeprefix", "removesuffix", "replace", "rjust", "rsplit", "rstrip",
        "build_absolute_uri", "reverse", "reverse_url", "route_path", "route_url", "rpartition", "split",
        "strip", "title", "to_dict", "upper", "url_for", "url_path_for", "values", "zfill",
    ]
)  # fmt: skip


def carries(names: list[str], method: str) -> bool:
    return method in CARRYING or any(name in CARRIES for name in names)
