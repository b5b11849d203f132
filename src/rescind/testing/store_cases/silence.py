"""A place that answers nothing: what a check asks is given up in time, and is there again afterwards."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from rescind._clock import SystemClock
from rescind.errors import StoreUnavailable
from rescind.stores.base import Store
from rescind.testing.store_cases.base import StoreCases

PATIENCE = 0.5
"""Seconds that the store is told to wait for its place."""
LONGEST = 6.0
"""Seconds after which it has not kept to that, on however busy a machine."""
BACK = 20.0
Silence = Callable[[bool], object]


class SilenceCases(StoreCases):
    """For stores whose place is not in the process."""

    def falls_silent(self, patience: float) -> AbstractContextManager[tuple[Store, Silence]]:
        """A store, not open, that waits ``patience`` seconds for its place, and what stops that place: told
        ``True`` it accepts connections and answers nothing, told ``False`` it goes on."""
        raise NotImplementedError(
            "capabilities.inline_reads is False: write falls_silent(self, patience), a context manager"
        )

    def test_what_a_check_asks_is_given_up_in_time(self, store: Store) -> None:
        """``facts``, ``unchanged`` and ``renew``: in the time that it was given, connecting included."""
        if store.capabilities.inline_reads:
            written = type(self).falls_silent is not SilenceCases.falls_silent
            assert not written, "falls_silent is for stores whose reads leave the process"
            return
        now = SystemClock().lease
        with self.falls_silent(PATIENCE) as (asked, silence):
            asked.open()
            record = self.start(asked)
            facts = asked.facts(record.id)
            assert facts is not None
            silence(True)
            try:
                for ask in (lambda: asked.facts(record.id), lambda: asked.renew("", 0)) * 2:
                    began = now()
                    with pytest.raises(StoreUnavailable):
                        ask()
                    assert now() - began < LONGEST
                began = now()
                assert not asked.unchanged(facts), "in doubt the answer is no"
                assert now() - began < LONGEST
            finally:
                silence(False)
            self.comes_back(asked, record.id)
            asked.close()

    def comes_back(self, asked: Store, session_id: str) -> None:
        """Without being opened anew."""
        now = SystemClock().lease
        until = now() + BACK
        while True:
            try:
                assert asked.facts(session_id) is not None
                return
            except StoreUnavailable:
                assert now() < until, "the place answers, and the store does not"
