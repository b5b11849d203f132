"""A real HTTP server on 127.0.0.1 for the drill's tests, and an application whose lag is known.

Every worker is a thread with its own loop and its own listening socket on one shared port (SO_REUSEPORT), as
prefork servers have. What happened is written down with the clock that the drill uses, so that a test can
compare what was measured with what was true.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs

from rescind.drill.plan import Capture, Copy, End, Match, Plan, Probe, Run, SignIn, Step, Target


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it arrived. `at` is perf_counter when its last byte was read."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    worker: int
    connection: int
    at: float

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}

    @property
    def cookies(self) -> dict[str, str]:
        pairs = (pair.strip().partition("=") for pair in self.headers.get("cookie", "").split(";"))
        return {name: value for name, _, value in pairs if name}


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered: `raw` bytes instead of a proper answer, `delay` before it, `drop` for none at all."""

    status: int = 200
    body: object = ""
    headers: tuple[tuple[str, str], ...] = ()
    raw: bytes | None = None
    delay: float = 0.0
    drop: bool = False

    def encoded(self) -> bytes:
        if self.raw is not None:
            return self.raw
        text = self.body if isinstance(self.body, str) else json.dumps(self.body)
        lines = [f"HTTP/1.1 {self.status} Whatever", f"Content-Length: {len(text.encode())}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        return "\r\n".join([*lines, "", text]).encode()


class LocalServer:
    """Serves `answer` on `base` from `workers` threads, between `with` and its end."""

    def __init__(self, answer: Callable[[Call], Reply], workers: int = 1) -> None:
        self._answer = answer
        self._workers = workers
        self._connections = itertools.count(1)
        self._stops: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []
        self._threads: list[threading.Thread] = []
        self.port = 0

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        for number in range(self._workers):
            listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            listener.bind(("127.0.0.1", self.port))
            self.port = listener.getsockname()[1]
            ready = threading.Event()
            thread = threading.Thread(
                target=lambda *a: asyncio.run(self._serve(*a)), args=(listener, number, ready)
            )
            thread.start()
            self._threads.append(thread)
            assert ready.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for loop, stop in self._stops:
            loop.call_soon_threadsafe(stop.set)
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()

    async def _serve(self, listener: socket.socket, number: int, ready: threading.Event) -> None:
        stop = asyncio.Event()
        open_: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            # Known at once: a task that is cancelled before it has begun closes nothing.
            task = asyncio.ensure_future(talk(reader, writer))
            open_[task] = writer
            task.add_done_callback(open_.pop)

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await self._talk(reader, writer, number)
            except (ConnectionError, asyncio.CancelledError):
                pass
            finally:
                writer.transport.abort()

        server = await asyncio.start_server(connected, sock=listener)
        self._stops.append((asyncio.get_running_loop(), stop))
        ready.set()
        await stop.wait()
        # Of a connection that was accepted just now, asyncio makes nothing once its server is closed, and
        # leaves it open: so first nothing more is accepted, then what was is waited for.
        asyncio.get_running_loop().remove_reader(listener)
        accepted = asyncio.all_tasks() - {asyncio.current_task(), *open_}
        await asyncio.gather(*accepted, return_exceptions=True)
        server.close()
        for task, writer in list(open_.items()):
            writer.transport.abort()
            task.cancel()
        await asyncio.gather(*open_, return_exceptions=True)
        await server.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        connection = next(self._connections)
        while True:
            try:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            except asyncio.IncompleteReadError:
                return
            method, path, _ = head[0].split(" ")
            headers = {
                name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)
            }
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            reply = self._answer(Call(method, path, headers, body, number, connection, perf_counter()))
            if reply.delay:
                await asyncio.sleep(reply.delay)
            if reply.drop:
                return
            writer.write(reply.encoded())
            await writer.drain()
            if reply.raw is not None or ("Connection", "close") in reply.headers:
                return


@dataclass
class Truth:
    """What the application knows about one person's session."""

    ended_at: float | None = None
    accepted_at: list[float] = field(default_factory=list)
    refused_at: list[float] = field(default_factory=list)


Keeps = Callable[[Call, float], bool]  # is the ended session still accepted, so many seconds after its end?


class Notes:
    """An application with cookie sessions that ends them as late as `keeps` says."""

    def __init__(self, keeps: Keeps = lambda call, since: False, *, names_workers: bool = False) -> None:
        self.keeps = keeps
        self.truth: dict[str, Truth] = {}
        self.calls: list[Call] = []
        self.instead: Callable[[Call], Reply | None] = lambda call: None
        self._names_workers = names_workers

    def __call__(self, call: Call) -> Reply:
        self.calls.append(call)
        reply = self.instead(call) or self._answer(call)
        if not self._names_workers:
            return reply
        return Reply(
            reply.status, reply.body, (*reply.headers, ("X-Worker", f"w{call.worker}")), delay=reply.delay
        )

    def _answer(self, call: Call) -> Reply:
        if call.path == "/sign-in":
            who = call.form["user"]
            self.truth[who] = Truth()
            return Reply(
                200, {"user": who, "token": f"t-{who}"}, (("Set-Cookie", f"sid=s-{who}; Path=/; Secure"),)
            )
        who = call.cookies.get(
            "sid", call.headers.get("authorization", "Bearer t-").removeprefix("Bearer t-")
        )
        who = who.removeprefix("s-")
        truth = self.truth.get(who)
        if truth is None:
            return Reply(401, {"error": "sign in"})
        if call.path in ("/sign-out", f"/disable/{who}"):
            truth.ended_at = perf_counter()
            return Reply(200, {"signed": "out"})
        if truth.ended_at is None or self.keeps(call, call.at - truth.ended_at):
            truth.accepted_at.append(call.at)
            return Reply(200, {"user": who})
        truth.refused_at.append(call.at)
        return Reply(401, {"error": "ended"})


COPY_OF_COOKIE = Copy(cookies=("sid",))
COPY_OF_TOKEN = Copy(header="Authorization", value="Bearer {token}")


def plan(
    *bases: str,
    trials: int = 2,
    watch: float = 0.3,
    rate: float = 400,
    bound: str | float = "immediate",
    copy: Copy = COPY_OF_COOKIE,
    accepted: Match | None = None,
    refused: tuple[Match, ...] = (Match(status=401),),
    timeout: float = 2.0,
    connections: int = 8,
) -> Plan:
    """The drill of `Notes`: sign in as user-1, user-2 ..., copy, sign out."""
    return Plan(
        target=Target(bases=bases, rate=rate, timeout=timeout, connections=connections),
        vars={"user": "user-{trial}"},
        sign_in=SignIn(
            steps=(
                Step(post="/sign-in", form={"user": "{user}"}, capture={"token": Capture(json="/token")}),
            ),
            copy=copy,
        ),
        probe=Probe(
            get="/me", accepted=accepted or Match(status=200, json={"/user": "{user}"}), refused=refused
        ),
        end=(End(name="sign out", steps=(Step(post="/sign-out", expect=200),), bound=bound),),
        run=Run(trials=trials, watch=watch),
    )
