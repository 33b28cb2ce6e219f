"""Builds the responses of the service."""

from collections.abc import Callable, Iterable
from typing import NoReturn, TypeAlias, TypeVar

import grpc
from pulumi.runtime.proto import provider_pb2, status_pb2

from sandbox.providers.aws.aws_client import AwsClient
from sandbox.providers.aws.errors import AwsError, UnfinishedCreationError
from sandbox.providers.aws.resource import Resource
from sandbox.providers.aws.tags import all_tags
from sandbox.providers.changes import Change, differences
from sandbox.providers.schema import Failure
from sandbox.providers.values import UNKNOWN, Properties, from_struct, to_struct

T = TypeVar("T")
# The id and the state of a resource that the engine keeps after an error.
Kept: TypeAlias = tuple[str, Properties]

# The inputs that the provider chose, not the program; Pulumi's bridge has the same property.
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
    raise AssertionError("context.abort raises")


def abort_unfinished(context: grpc.ServicerContext, message: str, identifier: str, state: Properties) -> NoReturn:
    """End the call with an error after which the engine keeps this state, and calls Update in its next run.

    As Pulumi's bridge does: https://github.com/pulumi/pulumi-terraform-bridge/blob/main/pkg/tfbridge/provider.go
    """
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=message)
    detail = provider_pb2.ErrorResourceInitFailed(id=identifier, properties=to_struct(state), reasons=[message])
    status.details.add().Pack(detail)
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    abort(context, message)


def abort_on_error(
    context: grpc.ServicerContext,
    what: str,
    work: Callable[[], T],
    kept: Callable[[Exception], Kept | None] = lambda _: None,
) -> T:
    """Do the work; an error of AWS becomes the error of the call, after which the engine keeps what `kept` returns."""
    try:
        return work()
    except (AwsError, OSError) as error:
        message = f"{what}: {error}"
        if found := kept(error):
            abort_unfinished(context, message, *found)
        abort(context, message)


def kept_after_create(resource: Resource, aws: AwsClient, inputs: Properties, error: Exception) -> Kept | None:
    """Return the resource if it was created although a later request failed."""
    if not isinstance(error, UnfinishedCreationError):
        return None
    return kept_after_read(resource, aws, error.identifier, inputs)


def kept_after_read(resource: Resource, aws: AwsClient, identifier: str, inputs: Properties) -> Kept:
    """Return a resource that was created and then could not be read: what was known of it before."""
    return identifier, _known(preview_of_create(resource, aws, inputs))


def kept_after_update(resource: Resource, aws: AwsClient, old: Properties, new: Properties) -> Properties:
    """Return the state after an update that failed: the new inputs, and the outputs of before.

    As Terraform's providers do: https://developer.hashicorp.com/terraform/plugin/sdkv2/resources/partial-state
    """
    return _known(preview_of_update(resource, aws, old, new))


def _known(planned: Properties) -> Properties:
    return {name: value for name, value in planned.items() if value is not UNKNOWN}


def check_failures(found: Iterable[Failure]) -> list[provider_pb2.CheckFailure]:
    """Return problems in the form of the engine."""
    return [provider_pb2.CheckFailure(property=path, reason=reason) for path, reason in found]


def comma_list(names: Iterable[str]) -> str:
    """Return the sorted names for a message."""
    return ", ".join(sorted(names))


def diff_response(changes: list[Change], *, delete_first: bool = False) -> provider_pb2.DiffResponse:
    """Return changes in the form of the engine."""
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


def apply_auto_name(resource: Resource, request: provider_pb2.CheckRequest, inputs: Properties) -> list[Failure]:
    """Name the resource in `inputs` if the program does not; a name from the last run stays."""
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


def deletes_before_replace(resource: Resource, old: Properties, new: Properties) -> bool:
    """Return whether a replacement would collide with the old resource, because the program gives both the same name.

    An object's key is no such name: in another bucket the same key is another object.
    """
    auto = resource.auto_name
    if auto is None or not auto.random or auto.field in new.get(DEFAULTS, []):
        return False
    return bool(old.get(auto.field) == new.get(auto.field))


def preview_of_create(resource: Resource, aws: AwsClient, inputs: Properties) -> Properties:
    """Return what is known of a resource before it is created."""
    unknown = [*resource.outputs, *(name for name, field in resource.fields.items() if field.computed)]
    tags = {"tagsAll": all_tags(aws, inputs)} if resource.tagged else {}
    return {
        **dict.fromkeys(unknown, UNKNOWN),
        **tags,
        **_without_internal(inputs),
        **resource.preview_outputs(aws, inputs),
    }


def preview_of_update(resource: Resource, aws: AwsClient, old: Properties, new: Properties) -> Properties:
    """Return what is known of a resource before it is updated."""
    kept = {name: value for name, value in old.items() if name not in resource.fields or resource.fields[name].computed}
    changed = {_top(change.path) for change in differences(resource.fields, old, new)}
    recomputed = {name: UNKNOWN for input_name in changed for name in resource.recomputed_outputs.get(input_name, ())}
    tags = {"tagsAll": all_tags(aws, new)} if resource.tagged else {}
    return {**kept, **recomputed, **tags, **_without_internal(new)}


def _without_internal(inputs: Properties) -> Properties:
    return {name: value for name, value in inputs.items() if not name.startswith("__")}
