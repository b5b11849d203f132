"""What a receipt says, in words and as values, and how it comes to its end."""

from __future__ import annotations

import json

import pytest

from rescind.revocation.receipt import Receipt, ReceiptState, ended_text


def test_in_words() -> None:
    receipt = Receipt("final", "r1", seq=41, ended={"session": 3}, workers_confirmed=4, elapsed=0.0029)
    assert str(receipt) == "final · seq 41 · ended 3 sessions · 4 workers in 2.9 ms"
    receipt.workers_lapsed, receipt.outside, receipt.elapsed = 1, ("a stream",), 1.5
    assert str(receipt) == (
        "final · seq 41 · ended 3 sessions · 4 workers, 1 lapsed in 1.50 s · outside: a stream"
    )


@pytest.mark.parametrize(
    ("ended", "text"),
    [
        ({}, "nothing to end"),
        ({"session": 1}, "ended 1 session"),
        ({"session": 2, "refresh_family": 1}, "ended 2 sessions, 1 refresh family"),
        ({"key": 2}, "ended 2 keys"),
    ],
)
def test_counts(ended: dict[str, int], text: str) -> None:
    assert ended_text(ended) == text


@pytest.mark.parametrize("state", ["pending", "void"])
def test_what_is_not_committed_claims_nothing(state: str) -> None:
    receipt = Receipt(state, "r1", ended={"session": 3})  # type: ignore[arg-type]
    assert str(receipt) == f"{state} · revocation r1"


def test_a_change_of_standing_says_so() -> None:
    assert "standing changed" in str(Receipt("committed", "r1", seq=2, changed=True))


def test_plain_values_for_json() -> None:
    receipt = Receipt("final", "r1", seq=2, ended={"session": 1}, outside=("x",))
    assert json.loads(json.dumps(receipt.to_dict()))["outside"] == ["x"]


class Rest:
    """Finishes at once; notes what it was told to name."""

    def __init__(self, receipt: Receipt) -> None:
        self.receipt = receipt
        self.asked: list[str] = []

    def begin(self) -> None:
        return None

    def end(self) -> None:
        raise AssertionError("there was no barrier")

    def finish(self, instead: str) -> None:
        self.asked.append(instead)
        self.receipt.state = "final"


def with_a_rest(state: ReceiptState) -> tuple[Receipt, Rest]:
    receipt = Receipt(state, "r1")
    rest = Rest(receipt)
    receipt.finish_with(rest)
    return receipt, rest


def test_finishing_happens_once() -> None:
    receipt, rest = with_a_rest("committed")
    assert receipt.wait() is receipt
    receipt.wait()
    receipt.complete()
    assert rest.asked == ["await auth.aio.wait(receipt)"]


def test_waiting_inside_the_open_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="commit it"):
        Receipt("pending", "r1").wait()


def test_a_void_receipt_stays_void() -> None:
    receipt, rest = with_a_rest("void")
    assert receipt.complete().state == "void"
    assert rest.asked == []


def test_what_is_not_counted_is_not_called_nothing() -> None:
    receipt = Receipt("final", "r1", seq=2, counted=False)
    assert str(receipt).startswith("final · seq 2 · not counted · ")
    assert receipt.to_dict()["counted"] is False
