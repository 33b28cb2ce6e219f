"""The program's resources under Pulumi's mocks: the declared resources with their inputs and options."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.proto.callback_pb2 import Callback

from hosting import StaticSite
from hosting.config.load import RawConfig, load_settings
from hosting.edge.plan import plan_edge
from hosting.edge.rule_files import read_rule_files
from hosting.prepare import Prepared
from hosting.publish.staging.manifest import Manifest, ManifestEntry
from hosting.publish.staging.staged_tree import StagedTree
from hosting.site.preview import Preview
from hosting.site.preview_edge import PreviewEdge

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# The SDK leaves futures with the error of a deployment that fails. When one is garbage, asyncio would log it with a
# traceback, and Python parses lines of code for that. In the middle of the `ast.parse` of a later test, this is a
# SystemError: https://github.com/python/cpython/issues/106905
logging.getLogger("asyncio").setLevel(logging.CRITICAL)
MANIFEST = Manifest.of(
    [
        ManifestEntry("index.html", 5, "a" * 64, "text/html; charset=utf-8", None),
        ManifestEntry("docs/index.html", 5, "b" * 64, "text/html; charset=utf-8", None),
        ManifestEntry("app.0a1b2c3d.js", 7, "c" * 64, "text/javascript; charset=utf-8", "public, immutable"),
    ]
)


# The versions of its objects, as PublishedFiles records them.
VERSIONS = json.dumps({entry.path: "etag 1" for entry in MANIFEST.entries})

# The outputs of the stack's previous deployment.
PREVIOUS_OUTPUTS: dict[str, Any] = {}


@dataclass
class Cloud(pulumi.runtime.Mocks):
    """Records the registered resources, and returns outputs as AWS would."""

    registered: dict[str, dict[str, Any]] = field(default_factory=dict)
    every: list[pulumi.runtime.MockResourceArgs] = field(default_factory=list)

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        self.registered[args.typ] = args.inputs
        self.every.append(args)
        return f"{args.name}-id", {**args.inputs, **_computed(args)}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        if args.token == "aws:route53/getZone:getZone":
            return {"zoneId": "Z0123456789ABC", "name": args.args.get("name", "example.com"), "arn": "arn:zone"}, []
        raise AssertionError(f"the program makes no other calls, but made {args.token}")


class Engine(MockMonitor):
    """Keeps the options of each resource, by its name; the SDK's mocks do not pass them on."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud)
        self.ignored: dict[str, list[str]] = {}
        self.dependencies: dict[str, set[str]] = {}

    def RegisterResource(self, request: Any) -> Any:  # noqa: ANN401, N802 - the SDK's mock has no types
        self.dependencies[request.name] = {urn.rpartition("::")[2] for urn in request.dependencies}
        if request.ignoreChanges:
            self.ignored[request.name] = list(request.ignoreChanges)
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]  # the same


class NoCallbacks:
    """Replaces the server through which the engine calls transforms, which the mocks never call."""

    def register_transform(self, _: object) -> Callback:
        return Callback(target="127.0.0.1:0", token="unused")


def _computed(args: pulumi.runtime.MockResourceArgs) -> dict[str, Any]:
    """Return the outputs that the cloud would compute."""
    bucket = args.inputs.get("bucket") or str(args.inputs.get("bucketPrefix", "")).rstrip("-")
    computed: dict[str, dict[str, Any]] = {
        "aws:s3/bucket:Bucket": {
            "bucket": bucket,
            "arn": f"arn:aws:s3:::{bucket}",
            "region": "eu-north-1",
            "bucketRegionalDomainName": f"{bucket}.s3.eu-north-1.amazonaws.com",
        },
        "aws:s3/bucketWebsiteConfiguration:BucketWebsiteConfiguration": {
            "websiteEndpoint": f"{bucket}.s3-website.eu-north-1.amazonaws.com"
        },
        "aws:cloudfront/distribution:Distribution": {
            "arn": "arn:aws:cloudfront::1:distribution/E1",
            "domainName": "d1.cloudfront.net",
            "hostedZoneId": "Z2FDTNDATAQYW2",
        },
        "pulumi-python:dynamic/hosting:PublishedFiles": {"versions": VERSIONS},
        "pulumi-python:dynamic/hosting:Release": {
            "digest": "d" * 64,
            "file_count": 3,
            "releases": [{"digest": "d" * 64}],
            "kind": "pages",
            "expires": 1_800_000_000,
        },
        "pulumi-python:dynamic/hosting:GeneratedPassword": {"password": "generated"},
        "aws:cloudfront/keyValueStore:KeyValueStore": {"arn": "arn:aws:cloudfront::1:key-value-store/s1"},
        "aws:acm/certificate:Certificate": {
            "arn": "arn:certificate",
            "domainValidationOptions": [
                {
                    "domainName": name,
                    "resourceRecordName": f"_proof.{name.removeprefix('*.')}.",
                    "resourceRecordType": "CNAME",
                    "resourceRecordValue": "proof.acm.example.",
                }
                for name in [args.inputs.get("domainName", ""), *args.inputs.get("subjectAlternativeNames", [])]
            ],
        },
        "pulumi:pulumi:StackReference": {"outputs": dict(PREVIOUS_OUTPUTS)},
        "aws:route53/record:Record": {"fqdn": args.inputs.get("name")},
    }
    return computed.get(args.typ, {})


@dataclass
class Deployed:
    """A stack after a deployment against the mocks.

    Attributes:
        resources: the inputs of each resource, by type; of the last one of each type.
        outputs: the site's outputs, resolved.
        every: each resource, with its name and its provider.
        site: the component.
        ignored: the properties of which the engine ignores changes, by the resource's name.
        dependencies: the names of the resources that each resource depends on, by its own name.
    """

    resources: dict[str, dict[str, Any]]
    outputs: dict[str, Any]
    every: list[pulumi.runtime.MockResourceArgs]
    site: Any
    ignored: dict[str, list[str]]
    dependencies: dict[str, set[str]]


@pytest.fixture
def deploy(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Deployed]:
    """Return a function that deploys a stack with the given config; `website_cors` stands for `website:cors`.

    `directory` is the distribution folder, which may have rule files.
    """

    def run(  # noqa: PLR0913 - each is named
        stack: str = "dev",
        *,
        secret_keys: Sequence[str] = (),
        directory: Path = Path("site"),
        preview: bool = False,
        project: str = "static-site",
        name: str = "site",
        **config: str,
    ) -> Deployed:
        values = {key.replace("_", ":"): value for key, value in config.items()}
        raw = RawConfig(stack, values, frozenset(secret_keys))
        settings = load_settings(raw, {"AWS_REGION": "eu-north-1"})
        cloud = Cloud()
        engine = Engine(cloud)
        outputs: dict[str, Any] = {}
        sites: list[Any] = []
        pulumi.runtime.set_mocks(cloud, project=project, stack=stack, preview=preview, monitor=engine)
        pulumi.runtime.settings.SETTINGS.callbacks = NoCallbacks()

        def prepared(prefix: str, *_: object) -> Prepared:
            rules = read_rule_files(settings, directory)
            return Prepared(replace(staged(), directory=directory), plan_edge(prefix, settings, MANIFEST, rules))

        monkeypatch.setattr("hosting.prepare.stage_and_plan", prepared)

        @pulumi.runtime.test  # type: ignore[untyped-decorator]  # the SDK's decorator has no types
        def program() -> pulumi.Output[Any]:
            kind = PreviewEdge if settings.previews.domain else Preview if settings.previews.edge else StaticSite
            sites.append(kind(name, settings=settings))
            return pulumi.Output.from_input(sites[0].outputs).apply(outputs.update)

        program()
        return Deployed(cloud.registered, outputs, cloud.every, sites[0], engine.ignored, engine.dependencies)

    return run


def staged() -> StagedTree:
    """Return a staged tree of three files."""
    return StagedTree(
        manifest=MANIFEST,
        ignored_count=0,
        directory=Path("site"),
        folder=Path(".hosting/staging/dev"),
    )
