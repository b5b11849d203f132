"""Whether a pattern for addresses fits more than its author meant: it is tried with addresses of somebody
else."""

from __future__ import annotations

import re
from collections.abc import Callable

LONGEST = 200
NESTED = re.compile(r"[+*}]\)?[^|]*\)\s*[+*{]")  # would take long
ANYBODY = ("https://evil.example", "https://evil.example/", "//evil.example/", "http://evil.example")
FILLED = "one"  # what stands for whatever fits
# Below these everybody gets a name.
SHARED = (
    ".co.uk", ".com.au", ".com.br", ".co.jp", ".azurewebsites.net", ".cloudfront.net", ".github.io",
    ".gitlab.io", ".herokuapp.com", ".netlify.app", ".onrender.com", ".pages.dev", ".run.app",
    ".vercel.app", ".web.app",
)  # fmt: skip
WILD = re.compile(r"\(\?:[^()]*\)[?*]|\([^()]*\)[?*]|(?:\[[^\]]*\]|\\[wdS]|(?<!\\)\.)(?:[+*]\??|\{[\d,]+\})")
CHOICE = re.compile(r"\((?:\?:)?([^()|]*)(?:\|[^()]*)?\)")


def fits_others(pattern: str, *, whole: bool) -> str:
    """What it fits besides what was meant; empty: nothing that was tried.

    Args:
        whole: all of an address has to fit, as with ``re.fullmatch``; else only its beginning.
    """
    if len(pattern) > LONGEST or NESTED.search(pattern):
        return ""
    try:
        compiled = re.compile(pattern)
    except re.error:
        return ""
    fits = compiled.fullmatch if whole else compiled.match
    if any(fits(each) for each in ANYBODY):
        return "everything"
    sample = sampled(pattern)
    return more_than(sample, fits) if fits(sample) else ""


def more_than(sample: str, fits: Callable[[str], object]) -> str:
    scheme, _, host = sample.partition("//")
    if fits(f"{sample}.evil.example"):
        return "addresses that begin like it: its end is open"
    at = host.find("/") if "/" in host else len(host)
    rest = host[len(FILLED) : at] if host.startswith(FILLED) else ""
    if rest[:1].isalnum() and is_whole(rest) and fits(f"{scheme}//evil{host[len(FILLED) :]}"):
        return "other hosts: whatever ends like it, with no dot before"
    for n, letter in enumerate(host[:at]):
        if letter == "." and fits(f"{scheme}//{host[:n]}x{host[n + 1 :]}"):
            return "other hosts: a dot that is not escaped fits any letter"
    return ""


def is_whole(host: str) -> bool:
    """Whether it is a name that is registered, so that one which only ends like it is of somebody else."""
    return host.count(".") == 1 or (host.count(".") == 2 and host.endswith(SHARED))


def sampled(pattern: str) -> str:
    """An address that a simple pattern was written for."""
    text = pattern.strip("^$").replace(r"\Z", "").replace(r"\A", "").replace("s?://", "s://")
    text = CHOICE.sub(lambda match: match[1], WILD.sub(FILLED, text))
    return re.sub(r"\\([./:-])", r"\1", text).rstrip("$")
