"""JSON as types of the probe's own, checked, with errors that say where."""

from __future__ import annotations

import dataclasses
import types
import typing
from functools import cache
from typing import Any

from .failure import Unreadable


def read(what: str, pointer: str, node: Any, shape: Any) -> Any:
    """`node`, which is at `pointer` in what came from `what`, in the shape of a type; see `Json.read`.

    Raises `Unreadable`, and `TypeError` for a type that no JSON has the shape of.
    """
    if shape is Any or shape is object:
        return node
    origin = typing.get_origin(shape)
    arguments = typing.get_args(shape)
    if origin in (typing.Union, types.UnionType):
        return _one_of(what, pointer, node, arguments)
    if origin is typing.Literal:
        if not any(node == one and type(node) is type(one) for one in arguments):
            raise _wrong(what, pointer, " or ".join(f"`{one}`" for one in arguments), node)
        return node
    if shape is list or origin is list:
        if not isinstance(node, list):
            raise _wrong(what, pointer, "a list", node)
        item = arguments[0] if arguments else Any
        return [read(what, f"{pointer}/{index}", one, item) for index, one in enumerate(node)]
    if shape is dict or origin is dict:
        if not isinstance(node, dict):
            raise _wrong(what, pointer, "an object", node)
        item = arguments[1] if arguments else Any
        return {key: read(what, _below(pointer, key), one, item) for key, one in node.items()}
    if dataclasses.is_dataclass(shape):
        return _dataclass(what, pointer, node, shape)
    return _scalar(what, pointer, node, shape)


@cache
def fields_of(shape: type) -> dict[str, Any]:
    """The types of a dataclass's fields, by name."""
    return typing.get_type_hints(shape)


def _dataclass(what: str, pointer: str, node: Any, shape: Any) -> Any:
    if not isinstance(node, dict):
        raise _wrong(what, pointer, "an object", node)
    hints = fields_of(shape)
    given: dict[str, Any] = {}
    for field in dataclasses.fields(shape):
        if not field.init:
            continue
        below = _below(pointer, field.name)
        if field.name in node:
            given[field.name] = read(what, below, node[field.name], hints[field.name])
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise Unreadable(f"{what}: has no `{below}`")
    return shape(**given)


def _one_of(what: str, pointer: str, node: Any, shapes: tuple[Any, ...]) -> Any:
    others = [shape for shape in shapes if shape is not type(None)]
    if node is None and len(others) < len(shapes):
        return None
    if len(others) == 1:
        return read(what, pointer, node, others[0])
    for shape in others:
        try:
            return read(what, pointer, node, shape)
        except Unreadable:
            continue
    raise _wrong(what, pointer, " or ".join(_kind(shape) for shape in shapes), node)


def _scalar(what: str, pointer: str, node: Any, shape: Any) -> Any:
    if shape is None or shape is type(None):
        fits = node is None
    elif shape is bool or shape is str:
        fits = isinstance(node, shape)
    elif shape is int:
        fits = isinstance(node, int) and not isinstance(node, bool)
    elif shape is float:
        fits = isinstance(node, (int, float)) and not isinstance(node, bool)
    else:
        raise TypeError(
            f"JSON cannot be read as {shape!r}: expected str, int, float, bool, a list, a dict or a dataclass"
        )
    if not fits:
        raise _wrong(what, pointer, _kind(shape), node)
    return node


def _kind(shape: Any) -> str:
    words = {str: "text", int: "a whole number", float: "a number", bool: "true or false", type(None): "null"}
    if shape in words:
        return words[shape]
    return "a list" if shape is list or typing.get_origin(shape) is list else "an object"


def _found(node: Any) -> str:
    if node is None:
        return "null"
    if isinstance(node, bool):
        return "true" if node else "false"
    if isinstance(node, (int, float)):
        return "a number"
    if isinstance(node, str):
        return "text"
    return "a list" if isinstance(node, list) else "an object"


def _wrong(what: str, pointer: str, expected: str, node: Any) -> Unreadable:
    # The kind of what was found, and not the thing: it may be long, and it may be a secret.
    place = f"{what}: `{pointer}`" if pointer else what
    return Unreadable(f"{place}: expected {expected}, found {_found(node)}")


def _below(pointer: str, key: str) -> str:
    return f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
