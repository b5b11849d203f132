"""Our own routes, once for every framework: a request as values in, an answer as values out.

A face builds ``RequestFacts``, reads at most ``MAX_BODY_BYTES`` of the body, calls ``Surface.handle`` off the
event loop (the handlers are synchronous: a sign-in hashes, a revocation waits for the workers), and sends the
``Response``. It decides nothing. The routes are in ``surface.ROUTES``.
"""
