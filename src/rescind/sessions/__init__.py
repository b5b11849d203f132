"""Session models: what the credential is and where sessions live. ``opaque`` is the ``database`` model."""
