"""Which files are code that runs for users, told by their names."""

from __future__ import annotations

import re

FOLDERS = frozenset(
    [
        "test",
        "tests",
        "testing",
        "example",
        "examples",
        "docs",
        "doc",
        "fixtures",
        "sample",
        "samples",
        "benchmarks",
        "bench",
    ]
)
FILES = re.compile(r"^(?:test_.*|.*_tests?|tests?|conftest|fixtures|factories)\.pyw?$")


def is_test(file: str) -> bool:
    """Whether a file, named as it is shown, is a test, an example or part of a documentation."""
    *folders, name = file.split("/")
    return (
        bool(FOLDERS.intersection(folders))
        or any(each.startswith("test_") for each in folders[:1])  # beside the package that it tests
        or FILES.match(name) is not None
    )
