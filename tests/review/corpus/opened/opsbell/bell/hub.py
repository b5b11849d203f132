"""The live side: one socket per desk, messages in JSON with a ``kind``."""

from __future__ import annotations

import json
from collections import defaultdict

from aiohttp import WSMsgType, web
from asyncpg import Pool

from bell.people import operator_of, works_in

routes = web.RouteTableDef()


class Desk:
    """A socket and whose it is."""

    def __init__(self, socket: web.WebSocketResponse, operator: int, callsign: str) -> None:
        self.socket = socket
        self.operator = operator
        self.callsign = callsign

    async def tell(self, **message: object) -> None:
        await self.socket.send_json(message)


class Hub:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.desks: set[Desk] = set()
        self.rooms: dict[int, set[Desk]] = defaultdict(set)

    async def dispatch(self, desk: Desk, message: dict) -> None:
        handler = getattr(self, f"on_{message.get('kind', '')}", None)
        if handler is None:
            await desk.tell(kind="error", text="I do not know this kind of message")
            return
        await handler(desk, message)

    async def on_listen(self, desk: Desk, message: dict) -> None:
        room = int(message["room"])
        if await self.pool.fetchval("SELECT archived FROM rooms WHERE id = $1", room):
            await desk.tell(kind="error", text="This room is in the archive")
            return
        self.rooms[room].add(desk)
        await desk.tell(kind="listening", room=room)

    async def on_history(self, desk: Desk, message: dict) -> None:
        room = int(message["room"])
        if not await works_in(self.pool, desk.operator, room):
            await desk.tell(kind="error", text="Not your room")
            return
        rows = await self.pool.fetch(
            "SELECT callsign, text, said_at FROM remarks WHERE room_id = $1 ORDER BY said_at DESC LIMIT 100", room
        )
        await desk.tell(kind="history", rows=[[r["callsign"], r["text"], r["said_at"].isoformat()] for r in rows])

    async def on_remark(self, desk: Desk, message: dict) -> None:
        room, text = int(message["room"]), str(message["text"])[:2000]
        if not await works_in(self.pool, desk.operator, room):
            await desk.tell(kind="error", text="Not your room")
            return
        await self.pool.execute(
            "INSERT INTO remarks (room_id, operator_id, callsign, text) VALUES ($1, $2, $3, $4)",
            room,
            desk.operator,
            desk.callsign,
            text,
        )
        await self.shout(room, kind="remark", by=desk.callsign, text=text)

    async def on_acknowledge(self, desk: Desk, message: dict) -> None:
        alarm = await self.pool.fetchrow("SELECT id, room_id FROM alarms WHERE id = $1", int(message["alarm"]))
        if alarm is None or not await works_in(self.pool, desk.operator, alarm["room_id"]):
            await desk.tell(kind="error", text="No such alarm")
            return
        await self.pool.execute(
            "UPDATE alarms SET acknowledged_by = $2, acknowledged_at = now() WHERE id = $1",
            alarm["id"],
            int(message["operator"]),
        )
        await self.shout(alarm["room_id"], kind="acknowledged", alarm=alarm["id"], by=message["operator"])

    async def shout(self, room: int, **message: object) -> None:
        for desk in list(self.rooms[room]):
            await desk.tell(**message)

    async def hang_up(self, operator: int) -> None:
        for desk in [desk for desk in self.desks if desk.operator == operator]:
            await desk.socket.close()

    def leave(self, desk: Desk) -> None:
        self.desks.discard(desk)
        for listening in self.rooms.values():
            listening.discard(desk)


@routes.get("/live")
async def live(request: web.Request) -> web.WebSocketResponse:
    if request.headers.get("Origin") != request.app["origin"]:
        raise web.HTTPForbidden()
    operator = await operator_of(request)
    socket = web.WebSocketResponse(heartbeat=20)
    await socket.prepare(request)
    hub: Hub = request.app["hub"]
    desk = Desk(socket, operator["id"], operator["callsign"])
    hub.desks.add(desk)
    try:
        async for frame in socket:
            if frame.type is WSMsgType.TEXT:
                await hub.dispatch(desk, json.loads(frame.data))
    finally:
        hub.leave(desk)
    return socket
