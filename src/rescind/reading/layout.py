"""Which file an import means, and what a file is called: src layouts, namespace packages, scripts side by
side."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path


class Layout:
    """The files of a project as modules.

    A file is called after its packages (folders with ``__init__.py``); without any, after its place below the
    root or ``src``. Two files of one name: the second is called after its place below the root.
    """

    def __init__(self, files: Iterable[Path], root: Path) -> None:
        self.root = root
        self.files = dict.fromkeys(files)
        self.packages = {path.parent for path in self.files if path.name == "__init__.py"}
        self.names: dict[str, Path] = {}
        self.name_of: dict[Path, str] = {}
        for path in self.files:
            self._add(path)
        self._found: dict[tuple[str, Path | None], Path | None] = {}
        self._parents = sorted({self.parent(path) for path in self.files})

    def _add(self, path: Path) -> None:
        name = dotted(path, self.parent(path))
        if not name or name in self.names:
            name = dotted(path, self.root) or path.parent.name or path.stem
        while name in self.names:
            name += "_"
        self.names[name] = path
        self.name_of[path] = name

    def parent(self, path: Path) -> Path:
        """The folder that must be on ``sys.path`` for the file to be imported under its name."""
        here = path.parent
        if not self.is_package(here):
            return next(
                (at for at in (self.root / "src", self.root / "lib", self.root) if at in path.parents), here
            )
        while self.is_package(here) and here != here.parent:
            here = here.parent
        return here

    def is_package(self, folder: Path) -> bool:
        return folder in self.packages or (
            not folder.is_relative_to(self.root) and (folder / "__init__.py").is_file()
        )

    def find(self, name: str, near: Path | None = None) -> Path | None:
        """The file of the module, as a module at ``near`` would import it; None: it is not of this
        project."""
        key = (name, None if near is None else near.parent)
        if key not in self._found:
            self._found[key] = self._find(name, near)
        return self._found[key]

    def _find(self, name: str, near: Path | None) -> Path | None:
        parts = name.split(".")
        if not all(parts):
            return None
        for folder in self.search(parts[0], near):
            path = folder.joinpath(*parts)
            for file in (path / "__init__.py", path.with_name(f"{path.name}.py")):
                if file in self.files:
                    return file
        return self.names.get(name)

    def search(self, top: str, near: Path | None) -> Iterator[Path]:
        if near is not None:
            for folder in near.parents:
                if not self.is_package(folder) and (
                    folder == self.root or top not in sys.stdlib_module_names
                ):
                    yield folder
                if folder == self.root:
                    break
        yield from self._parents


def dotted(path: Path, parent: Path) -> str:
    """``a.b`` for ``a/b.py`` and ``a/b/__init__.py``."""
    try:
        parts = list(path.relative_to(parent).with_suffix("").parts)
    except ValueError:
        return path.stem
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
