"""The pieces that the service's answers are made of."""

from collections.abc import Callable, Iterable
from typing import NoReturn, TypeVar

import grpc
from pulumi.runtime.proto import provider_pb2

from sandbox.providers.aws.cloud import Cloud
from sandbox.providers.aws.errors import AwsError
from sandbox.providers.aws.resource import Resource
from sandbox.providers.aws.tags import all_tags
from sandbox.providers.changes import Change, differences
from sandbox.providers.schema import Failure
from sandbox.providers.values import UNKNOWN, Properties, from_struct

T = TypeVar("T")

# Which inputs were chosen by the provider and not by the program: the name under which Pulumi's bridge keeps them.
DEFAULTS = "__defaults"
_KINDS = {
    ("add", False): provider_pb2.PropertyDiff.ADD,
    ("delete", False): provider_pb2.PropertyDiff.DELETE,
    ("update", False): provider_pb2.PropertyDiff.UPDATE,
    ("add", True): provider_pb2.PropertyDiff.ADD_REPLACE,
    ("delete", True): provider_pb2.PropertyDiff.DELETE_REPLACE,
    ("update", True): provider_pb2.PropertyDiff.UPDATE_REPLACE,
}


def abort(context: grpc.ServicerContext, message: str) -> NoReturn:
    """End the call with an error that the engine shows."""
    context.abort(grpc.StatusCode.UNKNOWN, message)
    raise AssertionError("abort has raised already")


def guarded(context: grpc.ServicerContext, what: str, work: Callable[[], T]) -> T:
    """Do the work; a refusal of the cloud becomes the error of the call."""
    try:
        return work()
    except (AwsError, OSError) as refusal:
        abort(context, f"{what}: {refusal}")


def failures(found: Iterable[Failure]) -> list[provider_pb2.CheckFailure]:
    """Problems as the engine takes them."""
    return [provider_pb2.CheckFailure(property=path, reason=reason) for path, reason in found]


def listed(names: Iterable[str]) -> str:
    """The names, for a message."""
    return ", ".join(sorted(names))


def diff_response(changes: list[Change], *, delete_first: bool = False) -> provider_pb2.DiffResponse:
    """Changes as the engine takes them."""
    some = provider_pb2.DiffResponse.DIFF_SOME if changes else provider_pb2.DiffResponse.DIFF_NONE
    response = provider_pb2.DiffResponse(changes=some, hasDetailedDiff=True)
    for change in changes:
        response.detailedDiff[change.path].kind = _KINDS[change.kind, change.replaces]
        response.detailedDiff[change.path].inputDiff = True
    response.diffs.extend(sorted({_top(change.path) for change in changes}))
    response.replaces.extend(sorted({_top(change.path) for change in changes if change.replaces}))
    response.deleteBeforeReplace = delete_first and bool(response.replaces)
    return response


def _top(path: str) -> str:
    return path.split(".", 1)[0].split("[", 1)[0]


def name_unnamed(resource: Resource, request: provider_pb2.CheckRequest, inputs: Properties) -> list[Failure]:
    """Give the resource a name in `inputs` if the program hasn't; the name that it has already stays."""
    auto = resource.auto_name
    if auto is None or inputs.get(auto.field) not in (None, "") or inputs.get(auto.prefix_field):
        return []
    inputs[DEFAULTS] = [auto.field]
    old = from_struct(request.olds)
    if auto.field in old.get(DEFAULTS, []):
        inputs[auto.field] = old[auto.field]
        return []
    options = provider_pb2.CheckRequest.AutonamingOptions
    if request.HasField("autonaming") and request.autonaming.mode == options.DISABLE:
        return [(auto.field, "automatic naming is disabled but a name is required")]
    if request.HasField("autonaming"):
        inputs[auto.field] = request.autonaming.proposed_name
    else:
        inputs[auto.field] = auto.make(request.urn.rsplit("::", 1)[-1], request.randomSeed)
    return []


def deletes_first(resource: Resource, old: Properties, new: Properties) -> bool:
    """Whether a replacement would collide with what it replaces: both have the name that the program gave.

    An object's key is no such name: in another bucket the same key is another object.
    """
    auto = resource.auto_name
    if auto is None or not auto.random or auto.field in new.get(DEFAULTS, []):
        return False
    return bool(old.get(auto.field) == new.get(auto.field))


def previewed_state(resource: Resource, cloud: Cloud, inputs: Properties) -> Properties:
    """What a preview can say of a resource that is to be made."""
    unknown = [*resource.outputs, *(name for name, field in resource.fields.items() if field.cloud_decides)]
    tags = {"tagsAll": all_tags(cloud, inputs)} if resource.tagged else {}
    return {**dict.fromkeys(unknown, UNKNOWN), **tags, **_own(inputs), **resource.known_outputs(cloud, inputs)}


def expected_state(resource: Resource, cloud: Cloud, old: Properties, new: Properties) -> Properties:
    """What a preview can say of a resource that is to be changed."""
    kept = {
        name: value for name, value in old.items() if name not in resource.fields or resource.fields[name].cloud_decides
    }
    changed = {_top(change.path) for change in differences(resource.fields, old, new)}
    renewed = {name: UNKNOWN for cause in changed for name in resource.renewed_outputs.get(cause, ())}
    tags = {"tagsAll": all_tags(cloud, new)} if resource.tagged else {}
    return {**kept, **renewed, **tags, **_own(new)}


def _own(inputs: Properties) -> Properties:
    return {name: value for name, value in inputs.items() if not name.startswith("__")}
