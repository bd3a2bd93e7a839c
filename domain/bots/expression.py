"""The small language of deterministic edges: `says("yes", "sure") and not says("not")`, `age >= "18"`.

A subset of Python's expression grammar, read by Python's own parser and evaluated by hand, so that nothing but
comparisons, and/or/not, names, numbers and texts can be written.
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from domain.errors import Fault, InvalidValue

LONGEST: Final = 500
DEEPEST: Final = 20

COMPARE: Final[Mapping[type[ast.cmpop], Callable[[float, float], bool]]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """A checked expression. `holds` never raises: a name that is not set reads as an empty text."""

    source: str
    tree: ast.expr

    def holds(self, said: str, variables: Mapping[str, str]) -> bool:
        """Whether it is true of the callee's words (any case) and the call's variables."""
        return _truth(self.tree, _Scope(said=_plain(said), variables=variables))


def parse_expression(source: str, field: str) -> Expression:
    """Raises InvalidValue that names `field` and what is not understood."""
    if len(source) > LONGEST:
        raise InvalidValue(Fault(field=field, reason=f"is longer than {LONGEST} characters"))
    try:
        tree = ast.parse(source, mode="eval").body
        _check(tree, field, DEEPEST)
    except (SyntaxError, RecursionError, MemoryError, ValueError):
        raise InvalidValue(Fault(field=field, reason=f"is not an expression: {source!r}")) from None
    return Expression(source=source, tree=tree)


def _check(node: ast.expr, field: str, depth: int) -> None:
    if depth == 0:
        raise InvalidValue(Fault(field=field, reason="is nested too deeply"))
    match node:
        case ast.BoolOp(values=parts):
            for part in parts:
                _check(part, field, depth - 1)
        case ast.UnaryOp(op=ast.Not(), operand=part):
            _check(part, field, depth - 1)
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in COMPARE:
            _check_operand(left, field)
            _check_operand(right, field)
        case ast.Call(func=ast.Name(id="says"), args=[_, *_] as args, keywords=[]):
            _check_texts(args, field)
        case ast.Constant(value=bool()):
            pass
        case _:
            reason = f"{ast.unparse(node)!r} is not allowed; use says(...), comparisons, and, or, not"
            raise InvalidValue(Fault(field=field, reason=reason))


def _check_texts(args: list[ast.expr], field: str) -> None:
    if not all(isinstance(arg, ast.Constant) and isinstance(arg.value, str) for arg in args):
        raise InvalidValue(Fault(field=field, reason="says() takes texts in quotes"))


def _check_operand(node: ast.expr, field: str) -> None:
    match node:
        case ast.Name() | ast.Constant(value=str()):
            return
        case ast.Constant(value=int() | float()):
            return
    raise InvalidValue(
        Fault(field=field, reason=f"{ast.unparse(node)!r} cannot be compared; use a name, text or number")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scope:
    said: str
    variables: Mapping[str, str]


def _plain(text: str) -> str:
    return " " + " ".join(re.findall(r"[\w']+", text.casefold())) + " "


def _truth(node: ast.expr, scope: _Scope) -> bool:
    match node:
        case ast.BoolOp(op=ast.And(), values=parts):
            return all(_truth(part, scope) for part in parts)
        case ast.BoolOp(values=parts):
            return any(_truth(part, scope) for part in parts)
        case ast.UnaryOp(operand=part):
            return not _truth(part, scope)
        case ast.Call(args=args):
            return any(_plain(str(arg.value)) in scope.said for arg in args if isinstance(arg, ast.Constant))
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _compare(op, _value(left, scope), _value(right, scope))
        case ast.Constant(value=value):
            return bool(value)
    return False


def _value(node: ast.expr, scope: _Scope) -> str:
    match node:
        case ast.Name(id=name):
            return scope.variables.get(name, "")
        case ast.Constant(value=value):
            return str(value)
    return ""


def _compare(op: ast.cmpop, left: str, right: str) -> bool:
    """As numbers where both sides are, else as texts, whose only order is equal or not."""
    try:
        return COMPARE[type(op)](float(left), float(right))
    except ValueError:
        same = left.casefold() == right.casefold()
        return same if isinstance(op, ast.Eq) else (not same and isinstance(op, ast.NotEq))
