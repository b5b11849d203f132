"""One self-contained HTML page: a picture of who can be shut out and how fast, the credentials, all routes
with filters, what fails a policy, and what changed.

It loads nothing. Its own style and script are the only ones that its policy for content lets run, by their
digests, so no text of the application can become either. Without scripts everything is shown, and only the
filters are missing.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from html import escape
from typing import Any

from rescind.paths.comparing import Changed, Difference
from rescind.paths.dress import SCRIPT, STYLE
from rescind.paths.model import ENDS, ORDER, Behaviour, Credential, Map, Route
from rescind.paths.picture import ordered, picture, with_credentials
from rescind.paths.policy.gate import Failure, Verdict
from rescind.paths.words import ENDED, HEADINGS, PROTECTED, duration, place, plain, spoken

EVIDENCE = 6  # places that are shown of one credential


def page(
    drawn: Map,
    *,
    version: str,
    when: str,
    verdict: Verdict | None = None,
    difference: Difference | None = None,
    old: str = "",
) -> str:
    """The whole page.

    Args:
        version: of rescind.
        when: the map was drawn, in words.
        verdict: of a policy; none: nothing is demanded.
        difference: from the map of the file `old`; none: nothing is compared.
    """
    title = headline(drawn)
    names = {name: f"c{number}" for number, name in enumerate(drawn.credentials)}
    return _PAGE.format(
        policy=content_policy(),
        style=STYLE,
        script=SCRIPT,
        title=shown(title),
        lede=shown(f"{drawn.target}, {drawn.framework}, {len(drawn.routes):,} routes. {_LEDE}"),
        ends=ends(drawn),
        credentials=credentials(drawn, names),
        failures="" if verdict is None else failed(verdict),
        changes="" if difference is None else changed(difference, old),
        filters=filters(drawn, names),
        routes="\n".join(row(drawn, route, names) for route in worst_first(drawn.routes)),
        notes="\n".join(f"<p>{shown(note)}</p>" for note in notes(drawn, version, when)),
    )


def shown(value: str) -> str:
    """Text from elsewhere, between tags and in attributes: on one line, without control characters."""
    return escape(plain(value), quote=True)


def content_policy() -> str:
    """Content-Security-Policy: nothing but our own style and script, whose digests it names."""
    style, script = (b64encode(sha256(each.encode()).digest()).decode() for each in (STYLE, SCRIPT))
    return (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; img-src data:;"
        " base-uri 'none'; form-action 'none'"
    )


def headline(drawn: Map) -> str:
    """The finding, in one sentence."""
    some = with_credentials(drawn.routes)
    slow = [route for route in some if route.worst_revocation.kind != "immediate"]
    if not some:
        return f"None of {len(drawn.routes):,} routes asks for a credential"
    if not slow:
        return f"All {len(some):,} routes that ask for a credential can be shut at once"
    return f"{len(slow):,} of {len(some):,} routes that ask for a credential cannot be shut at once"


def ends(drawn: Map) -> str:
    """A picture for each end; which one is shown is chosen without a script."""
    inputs = "".join(
        f'<input type="radio" name="end" id="end-{number}"{" checked" * (number == 0)}>'
        f'<label for="end-{number}">{ENDED[end]}</label>'
        for number, end in enumerate(ENDS)
    )
    figures = "".join(
        f'<figure class="shown-{number}"><div class="wide" tabindex="0" role="region"'
        f' aria-label="Picture: {ENDED[end]}">{picture(drawn, end)}</div></figure>'
        for number, end in enumerate(ENDS)
    )
    return f'<div class="ends" role="group" aria-label="After which end">{inputs}{figures}</div>'


def style_of(behaviour: Behaviour) -> str:
    return "open" if behaviour.kind == "n/a" else behaviour.kind


def credentials(drawn: Map, names: dict[str, str]) -> str:
    rows = "\n".join(credential(each, names[each.name]) for each in drawn.credentials.values())
    if not rows:
        return "<p>It accepts no credential.</p>"
    head = "".join(f"<th scope=col>{name}</th>" for name in ("credential", "lives", *ENDED.values()))
    return wide(
        "Credentials",
        f"<table><caption>How long a copy is still accepted after each end, and why</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>",
    )


def credential(each: Credential, number: str) -> str:
    cells = []
    for end in ENDS:
        found: Behaviour = getattr(each, end)
        why = f"<small>{shown(found.why)}</small>" if found.why else ""
        cells.append(f'<td class="{style_of(found)}">{spoken(found)}{why}</td>')
    seen = "".join(
        f"<small>{shown(f'{one.file}:{one.line} {one.note}')}</small>" for one in each.evidence[:EVIDENCE]
    )
    life = "-" if each.max_lifetime_s is None else duration(each.max_lifetime_s)
    mechanism = each.mechanism.replace("_", " ")
    return (
        f'<tr id="{number}"><th scope=row>{shown(each.name)}<small>{mechanism}</small>{seen}</th>'
        f"<td>{life}</td>{''.join(cells)}</tr>"
    )


def failed(verdict: Verdict) -> str:
    """What the policy says."""
    count = len(verdict.failures)
    said = f"{count:,} failure{'s' * (count != 1)} of {shown(verdict.policy.file)}"
    rows = "\n".join(failure(each) for each in (*verdict.failures, *verdict.excused))
    if not rows:
        return f"<h2>Every route holds {shown(verdict.policy.file)}</h2>"
    head = "".join(f"<th scope=col>{name}</th>" for name in ("route", "what", "wanted", "is", "what to do"))
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return f"<h2>{said}</h2>{wide('What fails the policy', table)}"


def failure(each: Failure) -> str:
    route, why = each.route, f"<small>{shown(each.why)}</small>"
    limit = f" until {each.until}" if each.until is not None else ""
    mend = shown(each.mend) if each.reason is None else f"excused{limit}: {shown(each.reason)}"
    return (
        f"<tr><th scope=row><code>{shown(route.method)} {shown(route.path)}</code><small>{shown(each.where)}"
        f"</small></th><td>{each.kind}</td><td>{shown(each.wanted)}</td><td>{shown(each.found)}{why}</td>"
        f"<td>{mend}</td></tr>"
    )


def changed(difference: Difference, old: str) -> str:
    """What is not as it was: of credentials first, then of routes."""
    rows = [
        change(each, each.here.name, each.here.mechanism.replace("_", " ")) for each in difference.credentials
    ]
    rows += [
        change(each, f"{each.here.method} {each.here.path}", place(each.here)) for each in difference.routes
    ]
    if not rows:
        return f"<h2>Nothing changed since {shown(old)}</h2>"
    worse = sum(bool(each.worse) for each in difference.routes)
    count = len(difference.routes)
    head = "".join(f"<th scope=col>{name}</th>" for name in ("what", "is", "was", "is now"))
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    said = f"{count:,} route{'s' * (count != 1)} changed since {shown(old)}, {worse:,} for the worse"
    return f"<h2>{said}</h2>{wide('What changed', table)}"


def change(each: Changed[Any], name: str, where: str) -> str:
    """A row for each thing that changed; of what is new or gone one."""
    first = f"<th scope=row><code>{shown(name)}</code><small>{shown(where)}</small></th>"
    now = ""
    if each.sort == "added" and isinstance(each.here, Route):
        now = f"{PROTECTED[each.here.protected]}, signed out: {spoken(each.here.worst_revocation)}"
    if not each.changes:
        return f"<tr>{first}<td>{each.sort}</td><td>-</td><td>{shown(now) or '-'}</td></tr>"
    return "".join(
        f"<tr>{first}<td>{one.direction}: {shown(ENDED.get(one.what, one.what))}</td>"
        f"<td>{shown(one.before)}</td><td>{shown(one.after)}<small>{shown(one.why)}</small></td></tr>"
        for one in each.changes
    )


def filters(drawn: Map, names: dict[str, str]) -> str:
    """Shown by the script, which they need."""
    kinds = {route.worst_revocation.kind for route in drawn.routes}
    audiences = [(each, each) for each in ordered(route.audience for route in drawn.routes)]
    behaviours = [(str(kind), HEADINGS[kind]) for kind in ORDER if kind in kinds]
    chosen: list[tuple[str, str, list[tuple[str, str]]]] = [
        ("audience", "audience", audiences),
        ("behaviour", "after signing out", behaviours),
        ("credential", "credential", [(number, name) for name, number in names.items()]),
    ]
    fields = "".join(select(name, label, options) for name, label, options in chosen)
    return (
        f'<form id="filters" hidden aria-label="Which routes are shown">{fields}'
        '<label>text<input type="search" name="text" autocomplete="off"></label>'
        '<button type="reset">show all</button></form>'
    )


def select(name: str, label: str, options: Iterable[tuple[str, str]]) -> str:
    made = "".join(f'<option value="{shown(value)}">{shown(label)}</option>' for value, label in options)
    return f'<label>{label}<select name="{name}"><option value="">all</option>{made}</select></label>'


def worst_first(routes: Sequence[Route]) -> list[Route]:
    return sorted(routes, key=lambda each: (each.worst_revocation.rank, each.audience), reverse=True)


def row(drawn: Map, route: Route, names: dict[str, str]) -> str:
    worst = route.worst_revocation
    accepts = ", ".join(f'<a href="#{names[each]}">{shown(each)}</a>' for each in route.accepts)
    numbers = " ".join(names[each] for each in route.accepts)
    notes = "".join(f"<small>{shown(note)}</small>" for note in route.notes)
    if route.accepts and route.protected is not True:
        notes += f"<small>{PROTECTED[route.protected]}</small>"
    kind = HEADINGS[worst.kind] if worst.kind in {"n/a", "immediate"} else spoken(worst)
    others = "".join(
        f'<small>{ENDED[end]}: <span class="{style_of(found)}">{spoken(found)}</span></small>'
        for end in ENDS[1:]
        if route.accepts and (found := drawn.worst(route, end)).rank > worst.rank
    )
    return (
        f'<tr data-audience="{shown(route.audience)}" data-behaviour="{worst.kind}"'
        f' data-credentials="{numbers}"><td class="least">{shown(route.method)}</td>'
        f"<th scope=row><code>{shown(route.path)}</code>{notes}</th><td>{shown(route.audience)}</td>"
        f'<td>{accepts or "-"}</td><td class="{style_of(worst)}">{kind}{others}</td>'
        f"<td><code>{shown(place(route))}</code></td></tr>"
    )


def wide(name: str, inner: str) -> str:
    """What may be wider than the window is scrolled, with the keyboard too."""
    return f'<div class="wide" tabindex="0" role="region" aria-label="{name}">{inner}</div>'


def notes(drawn: Map, version: str, when: str) -> Iterator[str]:
    yield from drawn.notes
    for each in drawn.unread:
        yield f"not read: {each['file']}, line {each['line']}: {each['why']}"
    yield (
        "A time is how long a copy of the credential is still accepted. Of a route it is that of the slowest"
        " credential that it accepts. Circles: how many routes."
    )
    yield f"Drawn {when} by rescind paths {version}."


_LEDE = (
    "Somebody holds a copy of a credential. Then its owner signs out, the account is disabled, the password"
    " or the role is changed: how long does the copy still open doors?"
)

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{lede}</p>
{ends}
{failures}
{changes}
<h2>Credentials</h2>
{credentials}
<h2>Routes</h2>
{filters}
<p id="count" role="status"></p>
<div class="wide" tabindex="0" role="region" aria-label="Routes">
<table id="routes"><thead><tr><th scope=col>method</th><th scope=col>path</th><th scope=col>for</th>
<th scope=col>accepts</th><th scope=col>after signing out</th><th scope=col>where</th></tr></thead><tbody>
{routes}
</tbody></table></div>
{notes}
</main>
<script>{script}</script>
</body>
</html>
"""
