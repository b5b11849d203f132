"""What is said of a callable, whatever it holds."""

from __future__ import annotations

from flask import session

from rescind.paths.running.callables import Table


def test_a_closure_over_a_proxy_that_cannot_be_asked() -> None:
    """Outside of a request any question to it is an error, its class too."""

    def made(proxy: object, role: str) -> object:
        def guard() -> object:
            return proxy, role

        return guard

    table = Table()
    (row,) = [table.rows[table.number(made(session, "admin"))]]
    assert row["options"] == {"role": "admin"}
    assert row["file"] == __file__
