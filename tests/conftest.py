"""Settings of the whole test run."""

from __future__ import annotations
