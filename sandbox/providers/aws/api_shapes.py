"""Pulumi's properties <-> the structures of CloudFront's API.

CloudFront writes every list as {Quantity, Items}. An object whose only field is `items` is such a list too. The API's
name of a property is its field's `api`, else the property's name with a capital.
"""

from sandbox.providers.schema import Field, Fields
from sandbox.providers.values import Properties


def to_api(fields: Fields, properties: Properties) -> Properties:
    """Return the API's structure for these properties."""
    return {
        api_name(name, field): _value_to_api(field, properties[name])
        for name, field in fields.items()
        if properties.get(name) is not None
    }


def from_api(fields: Fields, structure: Properties) -> Properties:
    """Return the properties in the API's structure; empty parts are None."""
    return {
        name: _value_from_api(field, structure[api_name(name, field)])
        for name, field in fields.items()
        if api_name(name, field) in structure
    }


def api_name(name: str, field: Field) -> str:
    """Return the API's name of a property."""
    return field.api or name[0].upper() + name[1:]


def counted(items: list[object]) -> Properties:
    """Return a list in CloudFront's form."""
    return {"Quantity": len(items), "Items": items} if items else {"Quantity": 0}


def _value_to_api(field: Field, value: object) -> object:
    if isinstance(value, list):
        item = field.item or Field()
        return counted([_value_to_api(item, entry) for entry in value])
    if isinstance(value, dict) and field.fields is not None:
        if set(field.fields) == {"items"}:
            return _value_to_api(field.fields["items"], value.get("items") or [])
        return to_api(field.fields, value)
    return value


def _value_from_api(field: Field, value: object) -> object:
    if not isinstance(value, dict):
        return value
    if field.kind == "list":
        return [_value_from_api(field.item or Field(), entry) for entry in value.get("Items") or []] or None
    fields = field.fields or {}
    if set(fields) == {"items"}:
        items = _value_from_api(fields["items"], value)
        return {"items": items} if items else None
    properties = from_api(fields, value)
    return properties if any(part is not None for part in properties.values()) else None
