"""Somebody with a browser: a cookie jar, values, and the steps of a plan."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import msgspec

from rescind.drill.client import Answer, Line, NoAnswer, Request
from rescind.drill.consent import Endpoint
from rescind.drill.cookies import Jar, cookie_header
from rescind.drill.errors import PlanError, StepFailed
from rescind.drill.fill import fill, fill_json, mask
from rescind.drill.plan import Capture, Copy, Step, statuses
from rescind.drill.pointer import NotThere, point

_SHOWN = 160  # characters of an answer's first line in a message


class Browser:
    """Runs steps one after the other on one kept connection.

    `values` are what `{name}` stands for; captures are added to `captured` and win over `values`.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        values: Mapping[str, str],
        *,
        secrets: frozenset[str],
        agent: str,
        timeout: float,
    ) -> None:
        self.values = dict(values)
        self.captured: dict[str, str] = {}
        self.jar = Jar()
        self.endpoint = endpoint
        self._secrets = secrets
        self._agent = agent
        self._line = Line(endpoint, keep=True, timeout=timeout)

    async def run(self, steps: Sequence[Step], values: Mapping[str, str] | None = None) -> Answer:
        """Sends every step and returns the last answer. `values` replace the browser's own for these steps.

        Raises StepFailed for an answer that a step does not expect, with that answer's first line.
        """
        names = {**(self.values if values is None else values), **self.captured}
        answer: Answer | None = None
        for step in steps:
            answer = await self._one(step, names)
            names |= self.captured
        if answer is None:
            raise PlanError("there are no steps to run")
        return answer

    def close(self) -> None:
        """Closes the connection."""
        self._line.close()

    def copy(self, wanted: Copy) -> list[tuple[str, str]]:
        """The header that the thief sends. Raises StepFailed when a cookie to copy was never set."""
        if wanted.header is not None and wanted.value is not None:
            return [(wanted.header, fill(wanted.value, {**self.values, **self.captured}))]
        pairs = [(name, self.jar.get(name)) for name in wanted.cookies]
        missing = [name for name, value in pairs if value is None]
        if missing:
            have = ", ".join(self.jar.names) or "no cookie at all"
            raise StepFailed(
                f"sign-in did not set the cookie {', '.join(missing)} that is to be copied; got {have}"
            )
        return cookie_header((name, value) for name, value in pairs if value is not None)

    async def _one(self, step: Step, names: Mapping[str, str]) -> Answer:
        request = self._request(step, names)
        try:
            answer = await self._line.ask(request)
        except NoAnswer as silence:
            raise StepFailed(f"{step.method} {step.path}: no answer ({silence.why})") from None
        self.jar.take(answer, self.endpoint)
        if not _expected(step, answer.status):
            wanted = "below 400" if step.expect is None else " or ".join(map(str, statuses(step.expect)))
            got = f"{answer.status}, expected {wanted}: {self._first_line(answer)}"
            raise StepFailed(f"{step.method} {step.path} answered {got}", status=answer.status)
        for name, capture in step.capture.items():
            self.captured[name] = self._capture(name, capture, answer, step)
        return answer

    def _request(self, step: Step, names: Mapping[str, str]) -> Request:
        headers = [("User-Agent", self._agent), ("Accept", "*/*"), *self.jar.header()]
        body = b""
        if step.form is not None:
            body = urlencode({name: fill(value, names) for name, value in step.form.items()}).encode()
            headers.append(("Content-Type", "application/x-www-form-urlencoded"))
        elif step.json is not msgspec.UNSET:
            body = msgspec.json.encode(fill_json(step.json, names))
            headers.append(("Content-Type", "application/json"))
        own = {name: fill(value, names) for name, value in step.headers.items()}
        replaced = {name.lower() for name in own}
        headers = [pair for pair in headers if pair[0].lower() not in replaced]
        return Request(step.method, fill(step.path, names), [*headers, *own.items()], body)

    def _capture(self, name: str, capture: Capture, answer: Answer, step: Step) -> str:
        found: object = None
        if capture.cookie is not None:
            found = self.jar.get(capture.cookie)
        elif capture.header is not None:
            found = answer.header(capture.header)
        elif capture.regex is not None:
            match = re.search(capture.regex, answer.body.decode(errors="replace"))
            found = match[match.re.groups and 1] if match else None
        elif capture.json is not None:
            try:
                found = point(msgspec.json.decode(answer.body), capture.json)
            except (msgspec.DecodeError, UnicodeDecodeError, NotThere):
                found = None
        if found is None or isinstance(found, dict | list):
            raise StepFailed(
                f"{step.method} {step.path}: nothing to capture as {name} (answered {answer.status})"
            )
        return str(found)

    def _first_line(self, answer: Answer) -> str:
        text = answer.body.decode(errors="replace").strip()
        line = text.splitlines()[0] if text else "(empty body)"
        cookies = {value for name in self.jar.names if (value := self.jar.get(name))}
        return mask(line, self._secrets | cookies | set(self.captured.values()))[:_SHOWN]


def _expected(step: Step, status: int) -> bool:
    return status < 400 if step.expect is None else status in statuses(step.expect)
