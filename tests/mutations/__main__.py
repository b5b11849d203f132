"""``python -m tests.mutations NUMBER|none TEST...``: run tests with one mutation; ends as pytest does.

Nothing in the tree is touched: the module's text is changed on its way into the interpreter.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import os
import sys
from collections.abc import Sequence
from types import ModuleType

import pytest
from tests.mutations.mutation import Patch
from tests.mutations.table import MUTATIONS


class Loader(importlib.machinery.SourceFileLoader):
    """Loads a module from its changed text."""

    patches: tuple[Patch, ...] = ()

    def source_to_code(self, data: object, path: str, *_: object, **__: object) -> object:  # type: ignore[override]
        text = bytes(data).decode()  # type: ignore[call-overload]
        for patch in self.patches:
            text = patched(text, patch)
        return compile(text, path, "exec", dont_inherit=True)

    def get_code(self, fullname: str) -> object:  # type: ignore[override]
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


class Finder(importlib.abc.MetaPathFinder):
    """Finds the modules that are to be changed."""

    def __init__(self, patches: tuple[Patch, ...]) -> None:
        self.patches = patches
        self.loaded: set[str] = set()

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        wanted = tuple(patch for patch in self.patches if patch.module == name)
        if not wanted:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or spec.origin is None:
            return None
        loader = Loader(name, spec.origin)
        loader.patches = wanted
        spec.loader = loader
        self.loaded.add(name)
        return spec


def patched(text: str, patch: Patch) -> str:
    """The text with the patch applied.

    Raises:
        LookupError: what is to be replaced is not there exactly once.
    """
    found = text.count(patch.old)
    if found != 1:
        raise LookupError(f"{patch.module} has {patch.old!r} {found} times: the mutation has drifted")
    return text.replace(patch.old, patch.new)


def main() -> int:
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # what the named tests do not need
    which, tests = sys.argv[1], sys.argv[2:]
    if which == "none":
        return int(pytest.main(["-q", "-x", "-p", "no:cacheprovider", *tests]))
    mutation = MUTATIONS[int(which)]
    finder = Finder(mutation.patches)
    sys.meta_path.insert(0, finder)
    code = int(pytest.main(["-q", "-x", "-p", "no:cacheprovider", *(tests or [mutation.test])]))
    missed = {patch.module for patch in mutation.patches} - finder.loaded
    if missed:
        print(f"not in force: {missed}")
        return 99
    return code


if __name__ == "__main__":
    sys.exit(main())
