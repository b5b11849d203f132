"""``python -m rescind``."""

from __future__ import annotations

from rescind.cli import main

if __name__ == "__main__":
    main(prog_name="rescind")
