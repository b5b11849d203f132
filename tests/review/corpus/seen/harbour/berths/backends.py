from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import User
from django.utils.crypto import constant_time_compare, get_random_string

from .models import HarbourToken


class EmailBackend(ModelBackend):
    def authenticate(self, request, username=None, password=None, **kwargs):
        try:
            user = User.objects.get(email__iexact=username)
        except User.DoesNotExist:
            User().set_password(password)
            return None
        if user.check_password(password) and self.user_can_authenticate(user):
            return user
        return None


class NickBackend(ModelBackend):
    def authenticate(self, request, nick=None, password=None, **kwargs):
        user = User.objects.filter(username=nick).first()
        if user and user.check_password(password):
            return user
        return None


class TokenBackend(BaseBackend):
    def authenticate(self, request, token=None, **kwargs):
        if not token:
            return None
        prefix = token[:8]
        for row in HarbourToken.objects.filter(prefix=prefix).select_related("user"):
            if constant_time_compare(row.secret, token):
                return row.user
        return None


class BoothBackend(BaseBackend):
    """For the booth at the gate, which has a password of its own."""

    def __init__(self):
        self.hashed = make_password(get_random_string(32))

    def authenticate(self, request, booth=None, password=None, **kwargs):
        if not check_password(password, self.hashed):
            return None
        return User.objects.get(username=f"booth-{booth}")
