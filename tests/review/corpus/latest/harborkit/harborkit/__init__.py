"""harborkit: what the port's services have in common.

Tokens between services, sessions of the web front ends, a cache, an HTTP client, guards for ASGI apps.
"""

__version__ = "3.7.1"
