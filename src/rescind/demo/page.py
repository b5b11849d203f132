"""The page that people open while the demo goes on serving: sign in, read the note, sign out."""

from __future__ import annotations

from html import escape
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse

from rescind.demo.ours import auth
from rescind.fastapi import Session

MaybeSession = Annotated[Session[str] | None, Depends(auth.optional())]
router = APIRouter()


@router.get("/", response_class=HTMLResponse)
async def home(session: MaybeSession) -> HTMLResponse:
    """Who is signed in, or the form."""
    body = _SIGN_IN if session is None else _SIGNED_IN.format(who=escape(session.principal_id), id=session.id)
    return HTMLResponse(_PAGE.replace("BODY", body), headers={"Cache-Control": "no-store"})


_SIGN_IN = """<form method="post" action="/auth/sign-in">
<label>Name <input name="login" value="alice" autocomplete="username"></label>
<label>Password <input name="password" type="password" autocomplete="current-password"></label>
<input type="hidden" name="next" value="/"><button>Sign in</button></form>"""

_SIGNED_IN = """<p>Signed in as <b>{who}</b>, session <code>{id}</code></p>
<p><button data-ask="GET /rescind/note">Read my note</button>
<button data-ask="GET /auth/sessions">Where am I signed in?</button>
<button data-ask="POST /auth/sessions/revoke">Sign out everywhere else</button>
<button data-ask="POST /auth/sign-out">Sign out here</button>
<button data-ask="">Load this page again</button></p><pre></pre>"""

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>notes</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.6 system-ui, sans-serif; margin: 48px auto; max-width: 720px; padding: 0 20px; }
label { display: block; margin: 8px 0; } button { font: inherit; margin: 4px 6px 4px 0; padding: 6px 12px; }
pre { border-top: 1px solid; min-height: 3em; overflow: auto; padding: 12px 0; white-space: pre-wrap; }
</style></head>
<body><h1>notes</h1>BODY
<script>
for (const button of document.querySelectorAll("[data-ask]")) button.onclick = async () => {
  if (!button.dataset.ask) return location.reload();
  const [method, path] = button.dataset.ask.split(" "), began = performance.now();
  const body = path.endsWith("revoke") ? JSON.stringify({ keep_current: true }) : undefined;
  const headers = { Accept: "application/json", ...(body && { "Content-Type": "application/json" }) };
  const answer = await fetch(path, { method, headers, body });
  const took = (performance.now() - began).toFixed(1), text = await answer.text();
  document.querySelector("pre").textContent = `${answer.status} in ${took} ms\\n${text}`;
};
</script></body></html>
"""
