"""The property names of the providers, compared with the classes of the official SDKs."""

from __future__ import annotations

import collections.abc
import inspect
import typing
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_aws
import pulumi_synced_folder
import pytest
from pulumi import _types as sdk_types

from sandbox.environment import REPOSITORY
from sandbox.providers.aws.aws_client import AwsClient
from sandbox.providers.aws.catalogue import INVOKES, RESOURCES
from sandbox.providers.aws.configuration import CONFIG_FIELDS, ProviderConfig
from sandbox.providers.synced_folder.service import FIELDS as FOLDER_FIELDS

if TYPE_CHECKING:
    from sandbox.providers.aws.resource import Resource
    from sandbox.providers.schema import Field, Fields

KINDS = {"string": str, "boolean": bool, "integer": int, "number": float, "asset": pulumi.Asset}
COLLECTIONS = (collections.abc.Sequence, collections.abc.Mapping)


def args_of(annotation: object) -> type | None:
    """Return the SDK's input class in an annotation such as `Sequence[Union[XArgs, Awaitable[XArgs], ...]]`."""
    if inspect.isclass(annotation) and sdk_types.is_input_type(annotation):
        return annotation
    found = (args_of(inner) for inner in typing.get_args(annotation))
    return next((args for args in found if args is not None), None)


def mentions(annotation: object, kind: type) -> bool:
    """Return whether an annotation contains a type."""
    return annotation is kind or any(mentions(inner, kind) for inner in typing.get_args(annotation))


def inputs_of(args: type) -> dict[str, Any]:
    """Return the annotation of each input by its name."""
    names = sdk_types.input_type_py_to_pulumi_names(args)
    return {names.get(name, name): annotation for name, annotation in sdk_types.input_type_types(args).items()}


def differences(fields: Fields, args: type, prefix: str = "") -> list[str]:
    """Return every path whose name or type is not the SDK's."""
    known = inputs_of(args)
    found = []
    for name, field in fields.items():
        path = f"{prefix}{name}"
        if name not in known:
            found.append(path)
        else:
            found += type_differences(field, known[name], path)
    return found


def type_differences(field: Field, annotation: object, path: str) -> list[str]:
    """Return the paths of a field whose type is not the SDK's."""
    inner = field.item.fields if field.item else field.fields
    if inner is not None:
        args = args_of(annotation)
        return [f"{path} is not an object"] if args is None else differences(inner, args, f"{path}.")
    outer = {"list": collections.abc.Sequence, "map": collections.abc.Mapping}.get(field.kind)
    origin = typing.get_origin(annotation)
    is_same = origin is outer if outer else origin not in COLLECTIONS and mentions(annotation, KINDS[field.kind])
    return [] if is_same else [f"{path} is not a {field.kind}"]


def sdk_class(token: str) -> Any:  # noqa: ANN401 - a class of the SDK
    """Return the SDK's class for a token such as aws:s3/bucket:Bucket."""
    package, _, name = token.split(":", 1)[1].partition("/")
    return getattr(getattr(pulumi_aws, package), name.split(":")[1])


@pytest.mark.parametrize("resource", RESOURCES.values(), ids=lambda resource: resource.token)
def test_inputs(resource: Resource) -> None:
    """Each input, also in nested objects, is one of the SDK's, with the same type."""
    cls = sdk_class(resource.token)
    args = getattr(inspect.getmodule(cls), f"{cls.__name__}Args")
    assert differences(resource.fields, args) == []


@pytest.mark.parametrize("resource", RESOURCES.values(), ids=lambda resource: resource.token)
def test_outputs(resource: Resource) -> None:
    """Each returned property is a getter of the SDK's class."""
    returned = {*resource.fields, *resource.outputs, *(["tagsAll"] if resource.tagged else [])}
    assert returned - set(sdk_types.resource_types(sdk_class(resource.token))) == set()


@pytest.mark.parametrize("resource", RESOURCES.values(), ids=lambda resource: resource.token)
def test_required_inputs(resource: Resource) -> None:
    """An input is required if the SDK requires it, unless the provider can name the resource itself."""
    cls = sdk_class(resource.token)
    given = inspect.signature(getattr(inspect.getmodule(cls), f"{cls.__name__}Args")).parameters.values()
    required_by_sdk = {
        parameter.name.replace("_", "") for parameter in given if parameter.default is inspect.Parameter.empty
    }
    auto_named = resource.auto_name.field if resource.auto_name else None
    required = {name.lower() for name, field in resource.fields.items() if field.required and name != auto_named}
    assert required == {name.lower() for name in required_by_sdk if name != auto_named}


@pytest.mark.parametrize("token", INVOKES)
def test_results_of_invokes(token: str) -> None:
    """Each name in a data source's result is one of the SDK's result class."""
    aws = AwsClient(ProviderConfig(region="us-east-1"))
    aws.identity = {"Account": "000000000000", "Arn": "arn:aws:iam::000000000000:root", "UserId": "u"}
    zones = {"HostedZones": [{"Id": "/hostedzone/Z1", "Name": "."}]}
    aws.pages = lambda *_, **__: iter([zones])  # type: ignore[method-assign]  # without an emulator
    module, _, name = token.split(":", 1)[1].replace("/", ":").split(":")
    package = pulumi_aws if module == "index" else getattr(pulumi_aws, module)
    result = getattr(package, f"{name[0].upper()}{name[1:]}Result")
    getters = {
        getattr(field.fget, "_pulumi_name", name) for name, field in vars(result).items() if isinstance(field, property)
    }
    assert set(INVOKES[token].run(aws, {})) - getters == set()


def test_configuration() -> None:
    """Each key of the provider's configuration is one of the SDK's, with roles and endpoints."""
    assert differences(CONFIG_FIELDS, pulumi_aws.ProviderArgs) == []


def test_inputs_of_the_synced_folder() -> None:
    """S3BucketFolder has exactly the SDK's inputs."""
    assert differences(FOLDER_FIELDS, pulumi_synced_folder.S3BucketFolderArgs) == []
    assert set(FOLDER_FIELDS) == set(inputs_of(pulumi_synced_folder.S3BucketFolderArgs))


@pytest.mark.parametrize("token", [*RESOURCES, *INVOKES])
def test_readme_lists_every_type(token: str) -> None:
    """sandbox/README.md names each resource type and data source."""
    name = token.rpartition(":")[2]
    readme = (REPOSITORY / "sandbox/README.md").read_text()
    assert f"`{name}`" in readme or f".{name}`" in readme
