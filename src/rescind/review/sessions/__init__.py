"""Sessions that a server keeps: what begins one, what it is written under, what ends it."""
