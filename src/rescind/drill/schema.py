"""The JSON Schema of `drill.toml`, made from the types that read it, so that editors complete and check it.

Rules that one field cannot say are added here; those that tell about several tables (names of ends, actors,
`{name}`) are left to the reader.
"""

from __future__ import annotations

from typing import Any

import msgspec

from rescind.drill.plan import CAPTURES, METHODS, Plan

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """The schema as one JSON object."""
    made = msgspec.json.schema(Plan)
    kinds = {name: _without_null(kind) for name, kind in made["$defs"].items()}
    for name, rules in _RULES.items():
        kinds[name].update(rules)
    return {"$schema": DIALECT, "title": "drill.toml", "$ref": made["$ref"], "$defs": kinds}


def _exactly_one(names: tuple[str, ...]) -> dict[str, Any]:
    return {"oneOf": [{"required": [name]} for name in names]}


_RULES: dict[str, dict[str, Any]] = {
    "Step": {**_exactly_one(METHODS), "not": {"required": ["form", "json"]}},
    "Capture": _exactly_one(CAPTURES),
    "Copy": {
        "oneOf": [
            {
                "required": ["cookies"],
                "properties": {"cookies": {"minItems": 1}, "header": False, "value": False},
            },
            {"required": ["header", "value"], "properties": {"cookies": {"maxItems": 0}}},
        ]
    },
    "Probe": {
        "allOf": [{"properties": {"accepted": {"anyOf": [
            {"required": ["body"], "properties": {"body": {"minLength": 1}}},
            {"required": ["json"], "properties": {"json": {"minProperties": 1}}},
        ]}}}]
    },
}  # fmt: skip


def _without_null(part: Any) -> Any:
    """TOML has no null: `X | None` in a field says that it may be absent."""
    if isinstance(part, list):
        return [_without_null(item) for item in part]
    if not isinstance(part, dict):
        return part
    part = {key: _without_null(item) for key, item in part.items() if not (key == "default" and item is None)}
    kinds = part.get("anyOf", [])
    kept = [kind for kind in kinds if kind != {"type": "null"}]
    if len(kept) == len(kinds):
        return part
    del part["anyOf"]
    return {**part, **kept[0]} if len(kept) == 1 else {**part, "anyOf": kept}
