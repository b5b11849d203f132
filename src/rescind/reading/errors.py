"""What can go wrong before anything is read."""

from __future__ import annotations


class ReadingError(Exception):
    """A path that was asked for is not there or cannot be looked into; the message names it and the mend."""
