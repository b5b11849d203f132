"""Channels: the class room."""
import json

from channels.generic.websocket import AsyncJsonWebsocketConsumer, AsyncWebsocketConsumer
from django.urls import path

from .models import Person


class Room(AsyncJsonWebsocketConsumer):
    async def connect(self):
        person = self.scope["user"]
        if not person.is_authenticated:
            await self.close(4401)
            return
        self.room = f"school-{person.school_id}"
        await self.channel_layer.group_add(self.room, self.channel_name)
        await self.accept()

    async def receive_json(self, content, **kwargs):
        message = {"type": "said", "who": self.scope["user"].pk, "text": str(content["text"])[:500]}
        await self.channel_layer.group_send(self.room, message)

    async def said(self, event):
        await self.send_json(event)


class Whisper(AsyncJsonWebsocketConsumer):
    """A message to one person."""

    async def connect(self):
        if self.scope["user"].is_authenticated:
            await self.accept()

    async def receive_json(self, content, **kwargs):
        message = {"type": "said", "who": content["sender_id"], "text": content["text"]}
        await self.channel_layer.group_send(f"person-{content['to']}", message)

    async def said(self, event):
        await self.send_json(event)


routes = [path("ws/room", Room.as_asgi()), path("ws/whisper", Whisper.as_asgi())]
