"""MiniStack's functions can't read key value stores.

CloudFront's can, with the module `cloudfront`, and each edge location has the store's data after a while:

- https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-custom-methods.html
- https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/kvs-with-functions.html
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.emulator.edge_stores import edge_store
from sandbox.emulator.ministack import replace
from sandbox.emulator.patches.key_value_store_data import DataStores
from sandbox.emulator.store_settings import store_settings
from sandbox.emulator.viewer_request import current

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from sandbox.emulator.edge_stores import EdgeStore
    from sandbox.emulator.ministack import Handler, MiniStack

_JAVASCRIPT = Path(__file__).parents[1] / "key_value_store.js"
# The places in MiniStack's JavaScript, each with what is there instead.
_MODULES = "const _ALLOWED_MODULES = { crypto, querystring, buffer: bufferModule };"
_REPLACEMENTS = (
    (_MODULES, _MODULES.replace(" }", ", cloudfront: storeModule }")),
    # Functions with the same code can have different stores.
    ('.update(code).digest("hex")', '.update(code + associatedStore).digest("hex")'),
    ("const { code, event } = req;", "const { event } = req, code = codeOf(req); beginReads(req.store);"),
    ("    out = await run(JSON.parse(line));", "    out = await run(message);"),
    (
        "  let out;\n",
        "  let out;\n  const message = JSON.parse(line);\n  if (message.reply) return takeReply(message.reply);\n",
    ),
    ('  _stdoutWrite(JSON.stringify(out) + "\\n");', '  endReads();\n  _stdoutWrite(JSON.stringify(out) + "\\n");'),
    # A line says that the process is ready.
    ("const rl = ", '_stdoutWrite("\\n");\nconst rl = '),
    # JavaScript needs no space before the module's name.
    (r"""\s+from\s+['"]""", r"""\s+from\s*['"]"""),
)


@dataclass(frozen=True)
class FunctionStore:
    """The store of a function that runs at an edge location.

    Attributes:
        identifier: the store's id.
        location: the edge location's name.
        edge: what the locations have.
        times: when the store was created and last changed, in seconds.
    """

    identifier: str
    location: str
    edge: EdgeStore
    times: tuple[float, float]

    def reply(self, method: str, key: str) -> dict[str, Any]:
        """Return the value for one read, or its error."""
        settings = store_settings()
        if method == "meta":
            created, modified = (datetime.fromtimestamp(at, UTC).isoformat() for at in self.times)
            count = self.edge.count(self.location, settings)
            return {"value": {"creationDateTime": created, "lastUpdatedDateTime": modified, "keyCount": count}}
        value = self.edge.get(self.location, key, settings)
        if method == "exists":
            return {"value": value is not None}
        return {"error": f"The key {key} does not exist."} if value is None else {"value": value}


_store: ContextVar[FunctionStore | None] = ContextVar("store", default=None)


def function_store() -> FunctionStore | None:
    """Return the store of the function that is about to run."""
    return _store.get()


def install(ministack: MiniStack) -> None:
    """Add the module to the JavaScript that runs functions."""
    cloudfront, data = ministack.cloudfront, ministack.key_value_store_data
    replace(cloudfront.cloudfront_js._pool, "script", with_module)
    replace(cloudfront, "_run_function", lambda original: with_store(original, cloudfront, data))


def with_module(script: str) -> str:
    """Return the JavaScript that runs functions, with the module `cloudfront`.

    Raises:
        ValueError: this version of MiniStack runs functions with another script.
    """
    for old, new in _REPLACEMENTS:
        if script.count(old) != 1:
            raise ValueError(f"MiniStack's script does not contain '{old}' once: adapt this patch to its new version")
        script = script.replace(old, f"{_JAVASCRIPT.read_text()}\n{new}" if old == _MODULES else new)
    return script


def with_store(original: Handler, cloudfront: ModuleType, data: ModuleType) -> Handler:
    """Return a handler that runs a function by ``original``, with its store."""
    stores = DataStores(cloudfront, data)

    async def run(arn: str, event: Mapping[str, Any]) -> Any:  # noqa: ANN401 - MiniStack's request or response
        function = cloudfront._functions.get(arn.rpartition("/")[2]) or {}
        store_arn = next(iter((function.get("live_body") or {}).get("kvs_arns", ())), None)
        _store.set(_function_store(stores, store_arn) if store_arn else None)
        return await original(arn, event)

    return run


def _function_store(stores: DataStores, arn: str) -> FunctionStore | None:
    store, error = stores.get(arn)
    if error:
        return None
    identifier = arn.rpartition("/")[2]
    return FunctionStore(identifier, current().location, edge_store(arn, store["items"]), stores.times(arn))
