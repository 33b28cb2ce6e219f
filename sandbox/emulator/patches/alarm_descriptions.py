"""MiniStack describes alarms in XML, as older SDKs ask for them, without most of their properties.

CloudWatch returns all of them:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricAlarm.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from sandbox.emulator.ministack import replace

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from sandbox.emulator.ministack import MiniStack


def install(ministack: MiniStack) -> None:
    """Describe alarms in XML as in JSON."""
    replace(ministack.cloudwatch, "_describe_alarms", lambda original: with_properties(original, ministack.cloudwatch))


def with_properties(original: Callable[..., Any], cloudwatch: ModuleType) -> Callable[..., Any]:
    """Return a function that describes alarms by ``original``; in XML with the properties that its JSON has."""

    def describe(
        params: Mapping[str, Any],
        document: Mapping[str, Any],
        is_cbor: bool,  # noqa: FBT001 - MiniStack's arguments
        is_json: bool = False,  # noqa: FBT001, FBT002 - the same
    ) -> Any:  # noqa: ANN401 - MiniStack's response
        response = original(params, document, is_cbor, is_json)
        if is_cbor or is_json or response[0] != 200:  # noqa: PLR2004 - HTTP's own number
            return response
        selected = {name: _text(params[name]) for name in ("AlarmNamePrefix", "StateValue") if name in params}
        _, _, text = original({}, {"AlarmNames": _listed(params, "AlarmNames"), **selected}, False, True)  # noqa: FBT003
        return cloudwatch._xml(
            200, "DescribeAlarmsResponse", f"<DescribeAlarmsResult>{to_xml(json.loads(text))}</DescribeAlarmsResult>"
        )

    return describe


def to_xml(value: object) -> str:
    """Return a structure in the form of AWS's query protocol.

    A property without a value has no element. Times are left out: the protocol formats them in another way.
    """
    if isinstance(value, Mapping):
        parts = ((name, item) for name, item in value.items() if item is not None and not name.endswith("Timestamp"))
        return "".join(f"<{name}>{to_xml(item)}</{name}>" for name, item in parts)
    if isinstance(value, list):
        return "".join(f"<member>{to_xml(item)}</member>" for item in value)
    return json.dumps(value) if isinstance(value, bool) else escape(str(value))


def _listed(params: Mapping[str, Any], name: str) -> list[str]:
    """Return the items of a list in the query protocol."""
    return [_text(value) for key, value in sorted(params.items()) if key.startswith(f"{name}.member.")]


def _text(value: object) -> str:
    """Return a parameter, which MiniStack has as a text or in a list."""
    return str(value[0] if isinstance(value, list) else value)
