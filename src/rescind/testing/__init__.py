"""What applications and store authors test with. Nothing of this is loaded by ``import rescind``.

* ``FakeClock``: time that stands still until it is told to move.
* ``StoreContract``: the tests that decide what a store is (needs pytest).
* ``rescind.testing.pytest``: a plugin with the fixtures ``auth``, ``clock``, ``as_user``, ``revoke_now``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rescind.testing.clock import FakeClock

if TYPE_CHECKING:
    from rescind.testing.store_contract import StoreContract

__all__ = ["FakeClock", "StoreContract"]


def __getattr__(name: str) -> Any:
    if name == "StoreContract":
        import pytest

        # So that a failing case shows the values it compared, as in the author's own tests.
        pytest.register_assert_rewrite("rescind.testing.store_cases", "rescind.testing.store_contract")
        from rescind.testing.store_contract import StoreContract

        return StoreContract
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
