"""The heart: the log in memory, the view that checks may trust, the keeper, the barrier, the receipt.

Theory of operation, in the order in which it must happen (each order is a test):

1. A worker *registers* durably, and only then *reads* the log.
2. It applies what it read to the *index*, and only then publishes a new *view* by one assignment. The view's
   deadline counts from before the read was sent.
3. A check takes the view first, then the clock, then the cached record, then the index. So whatever index it
   sees is at least as new as the view it trusts.
4. A revocation commits, then looks at the registry in a new snapshot, and is final when every worker listed
   there has confirmed, is gone, or has let its term pass.
"""
