"""Sign-in that can be taken back before the next request."""
