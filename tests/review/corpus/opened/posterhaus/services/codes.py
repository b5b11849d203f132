"""Codes that people get by mail, on paper or on the screen."""

import random
import string

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_dice = random.SystemRandom()


def voucher_code() -> str:
    """Four groups of four, as printed on the card."""
    return "-".join("".join(_dice.choices(LETTERS, k=4)) for _ in range(4))


def tracking_code(length: int = 14) -> str:
    """Guests see their order, address included, at /track/<code>."""
    return "".join(random.choices(string.ascii_lowercase + string.digits, k=length))


def shuffle_wall(posters: list) -> list:
    """The wall on the first page looks different every time."""
    return random.sample(posters, k=len(posters))
