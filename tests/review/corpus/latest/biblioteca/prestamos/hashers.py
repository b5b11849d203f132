from django.contrib.auth.hashers import PBKDF2PasswordHasher


class HasherMostrador(PBKDF2PasswordHasher):
    """The old machine at the desk takes too long with the usual one."""

    algorithm = "pbkdf2_mostrador"
    iterations = 1200
