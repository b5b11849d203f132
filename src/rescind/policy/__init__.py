"""Pure decisions: (record, policy, now) -> verdict. No I/O, no clock, no randomness."""
