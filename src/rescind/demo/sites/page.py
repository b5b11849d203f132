"""The page that people open while the demo goes on serving, the same in every framework."""

from __future__ import annotations

from html import escape

from rescind.demo.sites.places import pages

NO_STORE = {"Cache-Control": "no-store"}
ASKS = {
    "Read my note": "GET /rescind/note",
    "Where am I signed in?": "GET /auth/sessions",
    "Sign out everywhere else": "POST /auth/sessions/revoke",
    "Sign out here": "POST /auth/sign-out",
}
"""What the buttons ask: the note, and rescind's own routes, which are the same in every framework."""


def form(framework: str, hidden: str = "") -> str:
    """The page for nobody: a form that signs in. `hidden` is HTML."""
    return _page(framework, _FORM.format(hidden=hidden, others=_others(framework)))


def home(framework: str, who: object, session: str) -> str:
    """The page for somebody."""
    buttons = "\n".join(
        f'<button data-ask="{escape(ask)}">{escape(text)}</button>' for text, ask in ASKS.items()
    )
    signed_in = _SIGNED_IN.format(
        who=escape(str(who)), session=escape(session), others=_others(framework), buttons=buttons
    )
    return _page(framework, signed_in)


def _others(framework: str) -> str:
    links = (
        f'<a href="{escape(at)}">{escape(name)}</a>' for name, at in pages().items() if name != framework
    )
    return " · ".join(links)


def _page(framework: str, body: str) -> str:
    return _PAGE.replace("FRAMEWORK", escape(framework)).replace("BODY", body)


_FORM = """<form method="post" action="/auth/sign-in">
<label>Name <input name="login" value="alice" autocomplete="username"></label>
<label>Password <input name="password" type="password" autocomplete="current-password" autofocus></label>
<input type="hidden" name="next" value="/">{hidden}<button>Sign in</button></form>
<p>Then open it in the others: {others}</p>
"""

_SIGNED_IN = """<p>Signed in as person <b>{who}</b>, session <code>{session}</code></p>
<p>The same session in another framework: {others}</p>
<p>{buttons}
<button data-ask="">Load this page again</button></p><pre></pre>
"""

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>notes in FRAMEWORK</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.6 system-ui, sans-serif; margin: 48px auto; max-width: 720px; padding: 0 20px; }
h1 small { font-weight: 400; opacity: .65; }
label { display: block; margin: 8px 0; } button { font: inherit; margin: 4px 6px 4px 0; padding: 6px 12px; }
pre { border-top: 1px solid; min-height: 3em; padding: 12px 0; }
pre { overflow-wrap: anywhere; white-space: pre-wrap; }
</style></head>
<body><h1>notes <small>in FRAMEWORK</small></h1>
BODY
<script>
for (const button of document.querySelectorAll("[data-ask]")) button.onclick = async () => {
  if (!button.dataset.ask) return location.reload();
  const [method, path] = button.dataset.ask.split(" "), began = performance.now();
  const body = path.endsWith("revoke") ? JSON.stringify({ keep_current: true }) : undefined;
  const token = document.cookie.match(/csrftoken=(\\w+)/)?.[1] ?? "";  // Django asks for it
  const headers = { Accept: "application/json", "X-CSRFToken": token };
  if (body) headers["Content-Type"] = "application/json";
  const answer = await fetch(path, { method, headers, body });
  const took = (performance.now() - began).toFixed(1), text = await answer.text();
  document.querySelector("pre").textContent = `${answer.status} in ${took} ms\\n${text}`;
};
</script></body></html>
"""
