"""The HTTP rules, without HTTP: plain values in, plain values out. No I/O, no framework, no clock.

One table drives every face. A face (ASGI, WSGI, Django) builds ``RequestFacts`` and sends ``Response``;
everything between is here:

``message``         the request and the answer as values
``cookie``          our cookie: set, clear, find; what a browser will drop
``bearer``          the ``Authorization`` header
``credential``      which of the two is the credential of a request
``csrf``            the Fetch Metadata rule
``client_address``  who is the peer behind declared proxies
``redirect``        where ``next`` may lead
``negotiate``       problem+json, a page, a redirect, or HTMX
``problem``         inner refusal codes to outer status, code and headers
``refusal``         the answer that a refused request gets

The page for users is ``docs/http.md``.
"""
