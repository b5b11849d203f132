class BadToken(ValueError):
    """The token cannot be believed."""


class Expired(BadToken):
    """It could once."""
