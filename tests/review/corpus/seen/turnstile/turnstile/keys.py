"""Keys of this deployment."""

COOKIE_KEY = "7f3c2a-turnstile-cookie"
HEADER = "X-Turnstile-Token"
