"""A piece of source in, statements of ``ast`` out."""

from __future__ import annotations

import ast
import re
import threading
from collections.abc import Callable

from rescind.reading.collector import paused
from rescind.reading.pieces import logical_lines

try:
    import libcst as cst
    from libcst.metadata import MetadataWrapper, PositionProvider

    from rescind.reading.newer.positions import Positions
    from rescind.reading.newer.statements import Statements
except ImportError:
    available = False
else:
    available = True

# libcst's parser is native and recurses: what is nested deeper than its stack would end the process. Stack
# and limit belong together: tests/reading/test_newer.py parses what is just within.
STACK = 512 << 20
DEEPEST = 2_000
STEPS = re.compile(r"[-+*/%@&|^<>=~.(\[{]|\b(?:not|and|or|if|elif|else|lambda|await|in|is)\b")


class CannotRead(Exception):
    """The piece cannot be read. ``line`` is counted in the file."""

    def __init__(self, why: str, line: int) -> None:
        super().__init__(why)
        self.why = why
        self.line = line


def lower(text: str, first_line: int = 1) -> list[ast.stmt]:
    """The statements of a text that begins at ``first_line`` of its file.

    Raises:
        CannotRead: it is no Python that libcst knows, or nested too deeply for it.
    """
    if not available:
        raise CannotRead('newer syntax is read with libcst: pip install "rescind[tools]"', first_line)
    if len(STEPS.findall(text)) > DEEPEST:
        for number, line in logical_lines(text):
            if len(STEPS.findall(line)) > DEEPEST:
                why = "an expression with too many parts for the parser of newer syntax"
                raise CannotRead(why, first_line + number - 1)
    return in_deep_thread(lambda: _lower(text, first_line), first_line)


def _lower(text: str, first_line: int) -> list[ast.stmt]:
    with paused():
        return _statements(text, first_line)


def _statements(text: str, first_line: int) -> list[ast.stmt]:
    try:
        module = cst.parse_module(text)
    except cst.ParserSyntaxError as error:
        raise CannotRead("not valid Python", error.raw_line + first_line - 1) from None
    ranges = MetadataWrapper(module, unsafe_skip_copy=True).resolve(PositionProvider)
    return Statements(Positions(ranges, text, first_line), module).block(module)


def in_deep_thread(work: Callable[[], list[ast.stmt]], line: int) -> list[ast.stmt]:
    """Run it on a stack that is large enough; whatever it raises is a piece that cannot be read."""
    done: list[list[ast.stmt]] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(work())
        except BaseException as error:  # noqa: BLE001 - libcst panics and recursion included
            failed.append(error)

    before = threading.stack_size(STACK)
    try:
        thread = threading.Thread(target=run)
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    if not failed:
        return done[0]
    if isinstance(failed[0], CannotRead):
        raise failed[0]
    why = "nested too deeply" if isinstance(failed[0], RecursionError) else type(failed[0]).__name__
    raise CannotRead(why, line)
