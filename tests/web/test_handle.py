"""Handles: stable, opaque, of one size, and not the id."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rescind._tokens import new_session_id
from rescind.web.handle import HANDLE_LENGTH, handle_of


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_handle_names_one_session(one: str, other: str) -> None:
    assert len(handle_of(one)) == HANDLE_LENGTH
    assert (handle_of(one) == handle_of(other)) == (one == other)
    assert not set(handle_of(one)) & set("/+=?&#.")


def test_a_handle_does_not_show_the_id() -> None:
    session_id = new_session_id()
    assert session_id not in handle_of(session_id)
    assert bytes.fromhex(session_id) not in handle_of(session_id).encode()
