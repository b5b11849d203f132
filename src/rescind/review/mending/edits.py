"""One file with its findings mended, by way of a tree that keeps every space and comment."""

from __future__ import annotations

from typing import Literal, NamedTuple

import libcst as cst
from libcst.codemod import CodemodContext
from libcst.codemod.visitors import AddImportsVisitor
from libcst.metadata import MetadataWrapper, ParentNodeProvider, PositionProvider

How = Literal["compare", "encode", "yaml", "cookie"]
SAFE = {"load": "safe_load", "load_all": "safe_load_all", "full_load": "safe_load",
        "full_load_all": "safe_load_all", "unsafe_load": "safe_load",
        "unsafe_load_all": "safe_load_all"}  # fmt: skip
FLAGS = {"secure": "True", "httponly": "True", "samesite": '"Lax"'}
PLAIN_PARENTS = (cst.If, cst.While, cst.Assert, cst.Return, cst.Assign, cst.BooleanOperation)


class Edit(NamedTuple):
    """What to do where: the line from 1, the column from 0, in characters."""

    line: int
    column: int
    how: How


class Edited(NamedTuple):
    """``done``: the edits that were made; one that cannot be leaves the file as it was there."""

    text: bytes
    done: frozenset[Edit]


def edited(source: bytes, edits: frozenset[Edit]) -> Edited | None:
    """None: the file cannot be read so that it would be written back as it is."""
    try:
        module = cst.parse_module(source)
    except (cst.ParserSyntaxError, UnicodeError, LookupError):
        return None
    if module.bytes != source:
        return None
    editor = Editor({(each.line, each.column): each for each in edits}, module)
    made = MetadataWrapper(module, unsafe_skip_copy=True).visit(editor)
    if any(each.how in {"compare", "encode"} for each in editor.done):
        context = CodemodContext()
        AddImportsVisitor.add_needed_import(context, "hmac")
        made = AddImportsVisitor(context).transform_module(made)
    return Edited(made.bytes, frozenset(editor.done))


class Editor(cst.CSTTransformer):
    METADATA_DEPENDENCIES = (PositionProvider, ParentNodeProvider)

    def __init__(self, edits: dict[tuple[int, int], Edit], module: cst.Module) -> None:
        super().__init__()
        self.edits = edits
        self.module = module
        self.done: set[Edit] = set()

    def edit_of(self, node: cst.CSTNode, *kinds: How) -> Edit | None:
        start = self.get_metadata(PositionProvider, node).start
        found = self.edits.get((start.line, start.column))
        return found if found is not None and found.how in kinds and found not in self.done else None

    def leave_Comparison(
        self, original_node: cst.Comparison, updated_node: cst.Comparison
    ) -> cst.BaseExpression:
        edit = self.edit_of(original_node, "compare", "encode")
        if (
            edit is None
            or len(updated_node.comparisons) != 1
            or "#" in self.module.code_for_node(original_node)
        ):
            return updated_node
        operator = updated_node.comparisons[0].operator
        if not isinstance(operator, cst.Equal | cst.NotEqual):
            return updated_node
        sides = (updated_node.left, updated_node.comparisons[0].comparator)
        call = cst.Call(
            cst.Attribute(cst.Name("hmac"), cst.Name("compare_digest")),
            [cst.Arg(encoded(each) if edit.how == "encode" else each) for each in sides],
        )
        self.done.add(edit)
        if isinstance(operator, cst.Equal):
            return call.with_changes(lpar=updated_node.lpar, rpar=updated_node.rpar)
        made = cst.UnaryOperation(cst.Not(), call, lpar=updated_node.lpar, rpar=updated_node.rpar)
        plain = isinstance(self.get_metadata(ParentNodeProvider, original_node), PLAIN_PARENTS)
        if plain or made.lpar:
            return made
        return made.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        edit = self.edit_of(original_node, "yaml", "cookie")
        if edit is None:
            return updated_node
        made = safe_load(updated_node) if edit.how == "yaml" else with_flags(updated_node)
        if made is None:
            return updated_node
        self.done.add(edit)
        return made


def encoded(node: cst.BaseExpression) -> cst.BaseExpression:
    """``x.encode()``; of a literal that is all ASCII the bytes."""
    if (
        isinstance(node, cst.SimpleString)
        and node.prefix == ""
        and node.value.isascii()
        and "\\" not in node.value
    ):
        return cst.SimpleString(f"b{node.value}")
    simple = isinstance(node, cst.Name | cst.Attribute | cst.Call | cst.Subscript | cst.FormattedString)
    if not simple and not node.lpar:
        node = node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    return cst.Call(cst.Attribute(node, cst.Name("encode")))


def safe_load(node: cst.Call) -> cst.Call | None:
    """``yaml.safe_load(stream)``; None: it is given what that does not take."""
    func = node.func
    if not isinstance(func, cst.Attribute) or func.attr.value not in SAFE or not node.args:
        return None
    loaders = [each for each in node.args[1:] if each.keyword is None or each.keyword.value == "Loader"]
    if len(node.args) - len(loaders) != 1 or len(loaders) > 1 or node.args[0].star:
        return None
    first = node.args[0].with_changes(comma=cst.MaybeSentinel.DEFAULT) if loaders else node.args[0]
    return node.with_changes(func=func.with_changes(attr=cst.Name(SAFE[func.attr.value])), args=[first])


def with_flags(node: cst.Call) -> cst.Call | None:
    """With the flags that are missing or off; None: nothing is missing, or not all is known."""
    if any(each.star for each in node.args) or sum(each.keyword is None for each in node.args) > 3:
        return None
    given = {each.keyword.value: each for each in node.args if each.keyword is not None}
    args = [
        each.with_changes(value=cst.parse_expression(FLAGS[each.keyword.value]))
        if each.keyword is not None and each.keyword.value in FLAGS and is_off(each.value)
        else each
        for each in node.args
    ]
    more = [name for name in FLAGS if name not in given]
    if not more and all(new is old for new, old in zip(args, node.args, strict=True)):
        return None
    return node.with_changes(args=appended(args, more))


def is_off(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Name) and node.value in {"False", "None"}


def appended(args: list[cst.Arg], names: list[str]) -> list[cst.Arg]:
    """Further keywords in the style of those before them."""
    if not names or not args:
        return args
    trailing = args[-1].comma
    between = next(
        (each.comma for each in args[:-1] if isinstance(each.comma, cst.Comma)),
        cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")),
    )
    made = [*args[:-1], args[-1].with_changes(comma=between)]
    for name in names:
        value = cst.parse_expression(FLAGS[name])
        equal = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
        made.append(cst.Arg(value, keyword=cst.Name(name), equal=equal, comma=between))
    made[-1] = made[-1].with_changes(comma=trailing)
    return made
