"""Text in, one ``ast.Module`` out, whatever the text is; what could not be read is said.

`ast` reads a whole file. Where it cannot, each statement at the left margin is read by itself: by `ast`, else
by the parser of newer syntax, else it is left out and listed. Lines and columns are those of the file in
every case.
"""

from __future__ import annotations

import ast
import re
import warnings

from rescind.reading.collector import paused
from rescind.reading.newer import CannotRead, lower
from rescind.reading.pieces import Piece, finer, pieces
from rescind.reading.unread import Unread

REFUSALS = (SyntaxError, ValueError, RecursionError, MemoryError)


def parse(text: str, file: str) -> tuple[ast.Module, tuple[Unread, ...]]:
    """The tree of a text, and what of it could not be read. Never raises, whatever the text."""
    try:
        return quietly(text), ()
    except REFUSALS:
        body, unread = in_pieces(text, file)
    if unread:
        try:  # whoever cut the pieces may have been wrong
            return ast.Module(lower(text), []), ()
        except CannotRead:
            pass
    return ast.Module(body, []), tuple(unread)


def quietly(text: str) -> ast.Module:
    """Raises what `ast.parse` raises; warnings about the code are for those who run it."""
    with warnings.catch_warnings(), paused():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def in_pieces(text: str, file: str) -> tuple[list[ast.stmt], list[Unread]]:
    body: list[ast.stmt] = []
    unread: list[Unread] = []
    waiting = [(piece, True) for piece in pieces(text)]
    waiting.reverse()
    while waiting:
        piece, whole = waiting.pop()
        try:
            body += read(piece)
        except CannotRead as error:
            parts = finer(piece) if whole else []
            if len(parts) > 1:
                waiting += reversed([(part, False) for part in parts])
            else:
                unread.append(Unread(file, error.why, error.line, piece.first, piece.last))
    return body, unread


def read(piece: Piece) -> list[ast.stmt]:
    """The statements of one piece.

    Raises:
        CannotRead: no parser can.
    """
    try:
        tree = quietly(piece.text)
    except REFUSALS as error:
        said = reason(error, piece)
        try:
            return lower(piece.text, piece.first)
        except CannotRead as newer:
            if isinstance(error, SyntaxError):
                raise said from None
            raise CannotRead(said.why, newer.line) from None
    if piece.first > 1:
        shift(tree, piece.first - 1)
    return tree.body


def reason(error: BaseException, piece: Piece) -> CannotRead:
    if isinstance(error, SyntaxError):
        inside = min(max(error.lineno or 1, 1), piece.last - piece.first + 1)
        said = re.sub(r" \(detected at line \d+\)$", "", error.msg)
        return CannotRead(f"syntax error: {said}", piece.first + inside - 1)
    return CannotRead(
        "nested too deeply" if isinstance(error, RecursionError | MemoryError) else str(error), piece.first
    )


def shift(tree: ast.Module, lines: int) -> None:
    """`ast.increment_lineno`, for trees of any depth."""
    for node in ast.walk(tree):
        if isinstance(
            node, ast.stmt | ast.expr | ast.excepthandler | ast.arg | ast.keyword | ast.alias | ast.pattern
        ):
            node.lineno += lines
            node.end_lineno = (node.end_lineno or 0) + lines
