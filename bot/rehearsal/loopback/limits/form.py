"""A submitted form and what is wrong with it, collected as the tree of errors that Discord answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

INVALID_FORM = 50035

_REQUIRED = ("BASE_TYPE_REQUIRED", "This field is required")


@dataclass(frozen=True, slots=True)
class LimitError:
    """A refusal: the HTTP status, Discord's JSON error code, its sentence, and for a bad form the tree of faults."""

    status: int
    code: int
    message: str
    errors: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def body(self) -> dict[str, Any]:
        """The JSON body of the answer."""
        body: dict[str, Any] = {"message": self.message, "code": self.code}
        return {**body, "errors": self.errors} if self.errors else body


class Form:
    """One object of a request body: reads its fields, and notes at their path whatever breaks a limit.

    All forms that descend from one root share the root's faults, so a whole request is judged before it is refused.
    """

    def __init__(self, data: object, *, path: tuple[str, ...] = (), faults: dict[str, Any] | None = None) -> None:
        self.path = path
        self._faults: dict[str, Any] = {} if faults is None else faults
        self.data: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
        if not isinstance(data, Mapping):
            self.fault(None, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
            self._faults = {}  # that its fields are missing as well is not worth telling

    def fault(self, key: str | None, code: str, message: str) -> None:
        """Note a fault at one field, or with None at the object itself."""
        node = self._faults
        for step in self.path if key is None else (*self.path, key):
            node = node.setdefault(step, {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def error(self) -> LimitError | None:
        """Give the refusal for every fault noted so far, or None when there is none."""
        return LimitError(400, INVALID_FORM, "Invalid Form Body", self._faults) if self._faults else None

    def get(self, key: str) -> Any:
        """Give the raw value; an absent field is null, as Discord reads it."""
        return self.data.get(key)

    def text(self, key: str, high: int, low: int = 0, *, required: bool = False) -> str:
        """Read a text of `low` to `high` characters; absent and null are the empty text unless required."""
        value = self.get(key)
        if value is None:
            if required:
                self.fault(key, *_REQUIRED)
            return ""
        if not isinstance(value, str):
            self.fault(key, "STRING_TYPE_CONVERT", f"Could not interpret {value!r} as string.")
            return ""
        if not value and required and low:
            self.fault(key, *_REQUIRED)
        else:
            self._length(key, len(value), low, high)
        return value

    def number(self, key: str, low: int, high: int, *, required: bool = False) -> int | None:
        """Read a whole number between `low` and `high`."""
        value = self.get(key)
        if value is None:
            if required:
                self.fault(key, *_REQUIRED)
            return None
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # JSON knows one kind of number: 2.0 is whole
        if isinstance(value, bool) or not isinstance(value, int):
            self.fault(key, "NUMBER_TYPE_COERCE", f"Value {value!r} is not int.")
            return None
        if value < low:
            self.fault(key, "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {low}.")
        elif value > high:
            self.fault(key, "NUMBER_TYPE_MAX", f"int value should be less than or equal to {high}.")
        return value

    def choice(self, key: str, allowed: tuple[object, ...], *, required: bool = False) -> Any:
        """Read a value that must be one of `allowed`."""
        value = self.get(key)
        if value is None:
            if required:
                self.fault(key, *_REQUIRED)
        elif value not in allowed:
            self.fault(key, "BASE_TYPE_CHOICES", f"Value must be one of {allowed}.")
        return value

    def values(self, key: str, high: int, low: int = 0, *, required: bool = False) -> list[Any]:
        """Read a list of `low` to `high` raw values."""
        value = self.get(key)
        if value is None:
            if required:
                self.fault(key, *_REQUIRED)
            return []
        if not isinstance(value, list):
            self.fault(key, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return []
        self._length(key, len(value), low, high)
        return value

    def items(self, key: str, high: int, low: int = 0, *, required: bool = False) -> list[Form]:
        """Read a list of `low` to `high` objects as forms of their own."""
        values = self.values(key, high, low, required=required)
        return [self._child(value, key, str(place)) for place, value in enumerate(values)]

    def child(self, key: str, *, required: bool = False) -> Form | None:
        """Read a nested object as a form of its own; absent and null are None."""
        value = self.get(key)
        if value is None:
            if required:
                self.fault(key, *_REQUIRED)
            return None
        return self._child(value, key)

    def _child(self, value: object, *steps: str) -> Form:
        return Form(value, path=(*self.path, *steps), faults=self._faults)

    def _length(self, key: str, length: int, low: int, high: int) -> None:
        if low <= length <= high:
            return
        if low:
            self.fault(key, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")
        else:
            self.fault(key, "BASE_TYPE_MAX_LENGTH", f"Must be {high} or fewer in length.")
