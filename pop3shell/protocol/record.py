"""Named tuples that are made quickly.

``typing.NamedTuple`` writes and compiles code for each class, which for the forty that the first
prompt needs takes longer than anything else in their modules. A record does without. Otherwise it
is the same; a type checker takes it for a ``typing.NamedTuple``.

It is for what the first prompt imports; elsewhere ``typing.NamedTuple`` will do.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import TYPE_CHECKING, Any

try:  # what the standard library's named tuples are read by
    from _collections import _tuplegetter as _getter  # type: ignore[import-not-found]
except ImportError:

    def _getter(index: int, doc: str) -> property:
        return property(itemgetter(index), doc=doc)


__all__ = ["Record"]


class _Made(type):
    """Makes a class of records: its annotations name the fields, in their order.

    They must be strings (``from __future__ import annotations``).
    """

    _fields: tuple[str, ...]
    _field_defaults: dict[str, Any]

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> _Made:
        fields = tuple(namespace.get("__annotations__", ()))
        defaults = {field: namespace[field] for field in fields if field in namespace}
        for index, field in enumerate(fields):
            namespace[field] = _getter(index, field)
        namespace["__new__"] = _constructor(len(fields), tuple(defaults.values()))
        namespace["__slots__"] = ()
        namespace["__match_args__"] = namespace["_fields"] = fields
        namespace["_field_defaults"] = defaults
        return super().__new__(mcs, name, bases, namespace)


def _constructor(size: int, defaults: tuple[Any, ...]) -> Callable[..., Any]:
    make = tuple.__new__

    def construct(cls: Any, *values: Any, **named: Any) -> Any:
        if len(values) != size or named:
            missing = size - len(values)
            if named or not 0 <= missing <= len(defaults):
                values = _completed(cls, values, named)
            else:
                values += defaults[-missing:]
        return make(cls, values)

    return construct


def _completed(cls: _Made, values: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
    """The values of all fields, some of which were given by name. Raises TypeError."""
    fields, given = cls._fields, len(values)
    found = cls._field_defaults | dict(zip(fields, values, strict=False)) | named
    twice = not named.keys().isdisjoint(fields[:given])
    if twice or given > len(fields) or found.keys() != set(fields):
        raise TypeError(f"{cls.__name__} takes {', '.join(fields)}")
    return tuple(map(found.__getitem__, fields))


class _Record(tuple[Any, ...], metaclass=_Made):
    __slots__ = ()

    def _replace(self, **changed: Any) -> _Record:
        cls = type(self)
        return cls(**dict(zip(cls._fields, self, strict=True)) | changed)

    def __repr__(self) -> str:
        fields = zip(type(self)._fields, self, strict=True)
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in fields)})"

    def __getnewargs__(self) -> tuple[Any, ...]:  # how a copy is made
        return tuple(self)


if TYPE_CHECKING:
    from typing import NamedTuple as Record
else:
    Record = _Record
