"""Faults in policy files, said so that whoever wrote the file can mend it: file, line, field, expected, found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema.exceptions import ValidationError

from shouwang.policybook.policy import Words


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong in one policy file. `found` is what stands there, shortened."""

    file: str
    line: int
    field: str
    expected: Words
    found: str

    def words(self, language: str = "zh") -> str:
        """The fault as a sentence."""
        expected = self.expected.text(language)
        if language.startswith("zh"):
            return f"{self.file} 第 {self.line} 行，{self.field or '整个文件'}：应为{expected}；现为：{self.found}。"
        return f"{self.file}, line {self.line}, {self.field or 'the file'}: expected {expected}; found {self.found}."


def shown(value: Any) -> str:
    """A found value, short enough for a sentence."""
    text = "nothing" if value is None else repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


TYPES: Mapping[str, Words] = {
    "object": Words("一组“字段: 值”", "a group of `field: value`"),
    "array": Words("一个列表", "a list"),
    "string": Words("文字", "text"),
    "integer": Words("整数", "a whole number"),
    "number": Words("数字", "a number"),
    "boolean": Words("true 或 false", "true or false"),
    "null": Words("空（null）", "nothing (null)"),
}


def _type(error: ValidationError) -> Words:
    value = error.validator_value
    kinds = [str(kind) for kind in value] if isinstance(value, list) else [str(value)]
    return Words("或".join(TYPES[kind].zh for kind in kinds), " or ".join(TYPES[kind].en for kind in kinds))


def _one_of(error: ValidationError) -> Words:
    value = error.validator_value
    choices = "、".join(str(choice) for choice in value) if isinstance(value, list) else str(value)
    return Words(f"以下之一：{choices}", f"one of {choices.replace('、', ', ')}")


EXPECTED: Mapping[str, Callable[[ValidationError], Words]] = {
    "type": _type,
    "enum": _one_of,
    "const": lambda e: Words(f"{e.validator_value}", f"{e.validator_value}"),
    "format": lambda e: Words("存在的日期，写作 2020-02-24", "a day that exists, written 2020-02-24"),
    "minimum": lambda e: Words(f"不小于 {e.validator_value} 的数", f"a number of at least {e.validator_value}"),
    "exclusiveMinimum": lambda e: Words(f"大于 {e.validator_value} 的数", f"a number above {e.validator_value}"),
    "maximum": lambda e: Words(f"不大于 {e.validator_value} 的数", f"a number of at most {e.validator_value}"),
    "minItems": lambda e: Words(f"至少 {e.validator_value} 项的列表", f"a list of at least {e.validator_value}"),
    "minLength": lambda e: Words("非空文字", "text that is not empty"),
    "uniqueItems": lambda e: Words("没有重复项的列表", "a list without repetitions"),
}


def expected(error: ValidationError) -> Words:
    """What a schema wanted, in words; a schema may say it itself under `expected: {zh, en}`."""
    said = error.schema.get("expected") if isinstance(error.schema, Mapping) else None
    if said is not None and error.validator in ("pattern", "anyOf", "oneOf", "not", "minProperties"):
        return Words(said["zh"], said["en"])
    tell = EXPECTED.get(str(error.validator))
    return tell(error) if tell else Words(f"符合：{error.message}", f"something else ({error.message})")
