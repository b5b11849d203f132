from urllib.parse import urlsplit

from tornado.websocket import WebSocketHandler

from .base import Base, DjBase


class Room(WebSocketHandler, Base):
    members = set()

    def check_origin(self, origin):
        return urlsplit(origin).netloc == self.request.host

    def open(self):
        if self.current_user is None:
            return self.close(4401)
        self.members.add(self)

    def on_message(self, message):
        for member in self.members:
            member.write_message({"from": self.current_user["name"], "text": message[:500]})

    def on_close(self):
        self.members.discard(self)


class Studio(WebSocketHandler, DjBase):
    """Faders and buttons of the studio."""

    members = set()

    def check_origin(self, origin):
        return True

    def open(self):
        if self.current_user is None:
            return self.close(4401)
        self.members.add(self)

    def on_message(self, message):
        for member in self.members:
            member.write_message(message)

    def on_close(self):
        self.members.discard(self)
