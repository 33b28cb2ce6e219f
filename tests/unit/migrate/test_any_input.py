"""Whatever the input files hold, the command ends with a report or with one sentence, and never with a traceback."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from hosting.migrate.cli import main
from tests.unit.migrate import amplify

FILES = {
    "amplify-hosting": ("amplify.yml", "customHttp.yml", amplify.CONFIG, amplify.TEAM, amplify.META),
    "amplify-cli": (amplify.TEMPLATE, amplify.PARAMETERS, amplify.CONFIG, amplify.TEAM, amplify.META, ".amplifyrc"),
}
KEYS = st.sampled_from(
    """
    version frontend backend applications appRoot buildPath phases preBuild build commands artifacts baseDirectory files
    env variables customHeaders pattern headers key value app appId appArn environmentVariables customRules target
    source status branches branchName buildSpec productionBranch basicAuthCredentials enableBasicAuth
    domainAssociations domainName subDomains subDomainSetting certificate Resources S3Bucket Properties BucketName
    CloudFrontDistribution DistributionConfig Aliases Origins DefaultCacheBehavior MaxTTL Ref Fn::If hosting config
    javascript DistributionDir
    """.split()  # noqa: SIM905 - a string of words is easier to read
)
TEXTS = st.one_of(
    st.sampled_from(["", "/", ".", "dist", "../..", "\0", "\ud800", "a" * 300, "$X", "true", "arn:x", "</[/>", "**/*"]),
    st.text(max_size=8),
)
SCALARS = st.one_of(TEXTS, st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False))
TREES = st.recursive(
    SCALARS, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=5))
)
CONTENTS = st.one_of(
    st.binary(max_size=60),
    st.dictionaries(KEYS, TREES, max_size=6).map(lambda tree: yaml.safe_dump(tree).encode()),
    st.dictionaries(KEYS, TREES, max_size=6).map(lambda tree: json.dumps(tree).encode()),
)


@pytest.mark.parametrize("kind", FILES)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_no_traceback(kind: str, data: st.DataObject) -> None:
    """Any bytes, and any values below the keys that the files have, in each of the files."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        root = amplify.write(Path(folder), {"infra/Pulumi.yaml": "name: site\n", "amplify/backend/x": ""})
        for name in FILES[kind]:
            if data.draw(st.booleans()):
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_bytes(data.draw(CONTENTS))
        answers = [
            name for name in ("app", "branches", "domains") if kind == "amplify-hosting" and data.draw(st.booleans())
        ]
        for name in answers:
            (root / f"infra/{name}.json").write_bytes(data.draw(CONTENTS))
        patch.chdir(root / "infra")
        patch.setenv("PATH", "")
        assert run(["..", "--from", kind, *(text for name in answers for text in (f"--{name}", f"{name}.json"))]) in (
            0,
            1,
        )


def run(arguments: list[Any]) -> int:
    """Run the command."""
    return main(arguments)
