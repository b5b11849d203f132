"""Skippers sign in by e-mail, old members by the number on their guild card."""

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend

Skipper = get_user_model()


class EmailBackend(ModelBackend):
    def authenticate(self, request, username=None, password=None, **kwargs):
        if username is None or password is None or "@" not in username:
            return None
        skipper = Skipper.objects.filter(email__iexact=username).first()
        if skipper is None:
            Skipper().set_password(password)
            return None
        if skipper.check_password(password) and self.user_can_authenticate(skipper):
            return skipper
        return None


class GuildNumberBackend(ModelBackend):
    def authenticate(self, request, username=None, password=None, **kwargs):
        if username is None or password is None or "@" in username:
            return None
        number = username.replace(" ", "").upper()
        try:
            member = Skipper.objects.get(guild_number=number)
        except Skipper.DoesNotExist:
            return None
        if member.check_password(password) and self.user_can_authenticate(member):
            return member
        return None
