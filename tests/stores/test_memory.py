"""The memory store passes the store contract; what is its own is tested below."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable

import pytest

from rescind.errors import ConfigurationError, StoreUnavailable
from rescind.stores.memory import MemoryStore
from rescind.stores.memory import store as memory
from rescind.testing import StoreContract
from rescind.testing.processes import in_a_child
from rescind.testing.records import NOW, an_entry, an_event
from rescind.testing.threads import race


class TestMemoryStore(StoreContract):
    def make(self) -> MemoryStore:
        return MemoryStore()


def test_it_says_that_it_is_one_process_and_forgets() -> None:
    capabilities = MemoryStore().capabilities
    assert (capabilities.name, capabilities.shared, capabilities.durable) == ("memory", False, False)
    assert (capabilities.counter, capabilities.inline_reads) == (True, True)
    assert capabilities.joins_transactions is False


def test_two_stores_share_nothing() -> None:
    one, other = MemoryStore(), MemoryStore()
    with one.write() as unit:
        unit.append(an_entry())
    assert other.head().seq == 0
    assert other.head().birth != one.head().birth
    assert other.head().counter_id != one.head().counter_id


def test_a_connection_is_refused_before_anything_is_locked() -> None:
    store = MemoryStore()
    with pytest.raises(ConfigurationError, match="connection="):
        store.write(connection=object())
    with store.write() as unit:
        unit.append(an_entry())


@pytest.mark.parametrize(
    "write",
    [
        lambda store: store.write().__enter__(),
        lambda store: store.touch([("s", NOW)]),
        lambda store: store.save_data("s", {}, ()),
        lambda store: store.acknowledge("w", 1, at=NOW),
        lambda store: store.prune(now=NOW, keep_ended=0, access_life=0, session_life=0),
    ],
)
def test_a_second_writer_in_the_same_thread_is_told_instead_of_waiting_for_itself(
    write: Callable[[MemoryStore], object],
) -> None:
    store = MemoryStore()
    with store.write() as unit:
        with pytest.raises(StoreUnavailable, match="this thread"):
            write(store)
        unit.append(an_entry())
    assert store.head().seq == 1


def test_a_writer_gives_up_when_the_lock_is_not_to_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "WRITE_LOCK_TIMEOUT", 0.01)
    store = MemoryStore()

    def append() -> None:
        with store.write() as unit:
            unit.append(an_entry())

    with store.write(), pytest.raises(BaseExceptionGroup) as caught:
        race([append])
    assert isinstance(caught.value.exceptions[0], StoreUnavailable)
    append()
    assert store.head().seq == 1


def test_a_unit_is_over_when_its_block_is() -> None:
    store = MemoryStore()
    with store.write() as unit:
        unit.append(an_entry())
    with pytest.raises(RuntimeError, match="over"):
        unit.append(an_entry())
    with pytest.raises(ZeroDivisionError), store.write() as broken:
        raise ZeroDivisionError
    with pytest.raises(RuntimeError, match="over"):
        broken.head()
    assert store.head().seq == 1


def test_a_caller_cannot_change_what_was_audited() -> None:
    store, event = MemoryStore(), an_event(data={"n": 1})
    with store.write() as unit:
        unit.audit(event)
    event.data["n"] = 2
    store.audit_events(event.realm)[0].data["n"] = 3
    assert store.audit_events(event.realm)[0].data == {"n": 1}


def test_a_forked_child_can_write_while_a_thread_of_the_parent_holds_the_lock() -> None:
    """The child's copy of the lock would stay locked for ever: its holder does not exist there."""
    store = MemoryStore()
    with store.write():
        race([lambda: in_a_child(lambda: append_and_head(store) == 1)])
    assert store.head().seq == 0, "the child's copy is its own"


def append_and_head(store: MemoryStore) -> int:
    with store.write() as unit:
        unit.append(an_entry())
    return store.head().seq


def test_a_store_that_is_gone_is_not_kept_by_the_fork_hook() -> None:
    reference = weakref.ref(MemoryStore())
    gc.collect()
    assert reference() is None
    in_a_child(lambda: True)
