"""The fixtures auth, clock, as_user and revoke_now."""

pytest_plugins = ["rescind.testing.pytest"]
