"""``httpx2.get`` and its like for servers of this machine that speak no TLS.

Each of them would read all of the system's certificates first, for 50 ms of processor time.
"""

from __future__ import annotations

import ssl
from functools import partial

import httpx2

_NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
get = partial(httpx2.get, verify=_NO_CERTIFICATES)
post = partial(httpx2.post, verify=_NO_CERTIFICATES)
stream = partial(httpx2.stream, verify=_NO_CERTIFICATES)
