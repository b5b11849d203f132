"""Alice's passphrase is random and easy to type."""

from __future__ import annotations

from rescind.demo.alice import LENGTH, WORDS, passphrase


def test_every_word_can_come_and_no_two_passphrases_are_alike() -> None:
    seen = [passphrase() for _ in range(2000)]
    assert len(set(seen)) > 1990
    words = [phrase.split("-") for phrase in seen]
    assert {len(phrase) for phrase in words} == {LENGTH}
    assert {word for phrase in words for word in phrase} == set(WORDS)
    assert len(set(WORDS)) == len(WORDS) == 64
