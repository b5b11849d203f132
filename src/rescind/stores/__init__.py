"""Where the authority is kept. ``base`` says what a store is; the kit in ``rescind.testing`` decides it."""
