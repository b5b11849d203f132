from django.contrib.auth.hashers import PBKDF2PasswordHasher


class VillageHasher(PBKDF2PasswordHasher):
    """The server is a small one, and on Friday evenings everybody signs in at once."""

    algorithm = "pbkdf2_village"
    iterations = 1500
