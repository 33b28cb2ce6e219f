"""Roles that a web identity takes on, and the OIDC providers that they trust."""

import json
from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import unquote

from sandbox.providers.auto_names import AutoName
from sandbox.providers.aws.aws_client import Cloud
from sandbox.providers.aws.errors import AwsError
from sandbox.providers.aws.resource import Resource
from sandbox.providers.aws.tags import all_tags, tag_list, tag_properties
from sandbox.providers.schema import Failure, Fields, listing, text, text_map, whole
from sandbox.providers.values import UNKNOWN, Properties

# Of all of a role's inline policies together, white space not counted.
MAX_POLICY_CHARACTERS = 10_240


class OpenIdConnectProvider(Resource):
    """aws.iam.OpenIdConnectProvider."""

    token = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"  # noqa: S105 - a type's token, not a secret
    title = "IAM OIDC Provider"
    fields: ClassVar[Fields] = {
        "clientIdLists": listing(text(low=1, high=255), required=True, unordered=True),
        "tags": text_map(),
        "thumbprintLists": listing(text(low=40, high=40), cloud_decides=True),
        "url": text(required=True, replaces=True, pattern=(r"https://.+", "url must begin with https://")),
    }
    outputs = ("arn",)
    tagged = True

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """CreateOpenIDConnectProvider: one an account and URL."""
        answer = cloud.call(
            "iam",
            "create_open_id_connect_provider",
            Url=inputs["url"],
            ClientIDList=inputs["clientIdLists"],
            ThumbprintList=inputs.get("thumbprintLists") or [],
            Tags=tag_list(all_tags(cloud, inputs)),
        )
        return str(answer["OpenIDConnectProviderArn"])

    def read(self, cloud: Cloud, identifier: str, state: Properties) -> Properties | None:
        """GetOpenIDConnectProvider."""
        del state
        found = _found(cloud, "get_open_id_connect_provider", OpenIDConnectProviderArn=identifier)
        return found and {
            "arn": identifier,
            # AWS tells it without the scheme, the emulator with it.
            "url": f"https://{found['Url'].removeprefix('https://')}",
            "clientIdLists": found.get("ClientIDList", []),
            "thumbprintLists": found.get("ThumbprintList", []),
            **tag_properties(cloud, found.get("Tags", [])),
        }

    def update(self, cloud: Cloud, identifier: str, old: Properties, new: Properties) -> None:
        """Add and remove client ids one by one, as the API has it."""
        before, after = set(old["clientIdLists"]), set(new["clientIdLists"])
        for client in sorted(after - before):
            cloud.call("iam", "add_client_id_to_open_id_connect_provider", **_client(identifier, client))
        for client in sorted(before - after):
            cloud.call("iam", "remove_client_id_from_open_id_connect_provider", **_client(identifier, client))
        _retag(cloud, "open_id_connect_provider", {"OpenIDConnectProviderArn": identifier}, old, new)

    def delete(self, cloud: Cloud, identifier: str, state: Properties) -> None:
        """DeleteOpenIDConnectProvider."""
        del state
        _gone(cloud, "delete_open_id_connect_provider", OpenIDConnectProviderArn=identifier)


class Role(Resource):
    """aws.iam.Role."""

    token = "aws:iam/role:Role"  # noqa: S105 - a type's token, not a secret
    title = "IAM Role"
    fields: ClassVar[Fields] = {
        "assumeRolePolicy": text(required=True),
        "description": text(high=1000),
        "maxSessionDuration": whole(default=3600, low=3600, high=43200),
        "name": text(replaces=True, low=1, high=64, pattern=(r"[\w+=,.@-]+", "invalid value for name")),
        "path": text(default="/", replaces=True),
        "tags": text_map(),
    }
    outputs = ("arn", "createDate", "uniqueId")
    auto_name = AutoName("name", 64)
    tagged = True

    def conflicts(self, inputs: Properties) -> Iterator[Failure]:
        """A text that isn't JSON never reaches IAM."""
        yield from _json_problems("assumeRolePolicy", inputs["assumeRolePolicy"])

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """CreateRole."""
        cloud.call(
            "iam",
            "create_role",
            RoleName=inputs["name"],
            Path=inputs["path"],
            AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
            Description=inputs.get("description", ""),
            MaxSessionDuration=int(inputs["maxSessionDuration"]),
            Tags=tag_list(all_tags(cloud, inputs)),
        )
        return str(inputs["name"])

    def read(self, cloud: Cloud, identifier: str, state: Properties) -> Properties | None:
        """GetRole."""
        found = _found(cloud, "get_role", RoleName=identifier)
        if found is None:
            return None
        role = found["Role"]
        return {
            "arn": role["Arn"],
            "name": role["RoleName"],
            "path": role["Path"],
            "uniqueId": role["RoleId"],
            "createDate": role["CreateDate"].isoformat(),
            "description": role.get("Description") or None,
            "maxSessionDuration": role.get("MaxSessionDuration", 3600),
            "assumeRolePolicy": _kept(state.get("assumeRolePolicy"), role["AssumeRolePolicyDocument"]),
            **tag_properties(cloud, role.get("Tags", [])),
        }

    def update(self, cloud: Cloud, identifier: str, old: Properties, new: Properties) -> None:
        """UpdateAssumeRolePolicy, UpdateRole and tags."""
        policy, lasting = new["assumeRolePolicy"], int(new["maxSessionDuration"])
        cloud.call("iam", "update_assume_role_policy", RoleName=identifier, PolicyDocument=policy)
        description = new.get("description", "")
        cloud.call("iam", "update_role", RoleName=identifier, Description=description, MaxSessionDuration=lasting)
        _retag(cloud, "role", {"RoleName": identifier}, old, new)

    def delete(self, cloud: Cloud, identifier: str, state: Properties) -> None:
        """DeleteRole, which AWS refuses as long as a policy is in it."""
        del state
        _gone(cloud, "delete_role", RoleName=identifier)


class RolePolicy(Resource):
    """aws.iam.RolePolicy: a policy inside of a role."""

    token = "aws:iam/rolePolicy:RolePolicy"  # noqa: S105 - a type's token, not a secret
    title = "IAM Role Policy"
    fields: ClassVar[Fields] = {
        "name": text(replaces=True, low=1, high=128),
        "policy": text(required=True),
        "role": text(required=True, replaces=True),
    }
    auto_name = AutoName("name", 128)

    def conflicts(self, inputs: Properties) -> Iterator[Failure]:
        """A text that isn't JSON never reaches IAM."""
        yield from _json_problems("policy", inputs["policy"])

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """PutRolePolicy."""
        _put(cloud, str(inputs["role"]), str(inputs["name"]), str(inputs["policy"]))
        return f"{inputs['role']}:{inputs['name']}"

    def read(self, cloud: Cloud, identifier: str, state: Properties) -> Properties | None:
        """GetRolePolicy."""
        role, _, name = identifier.partition(":")
        found = _found(cloud, "get_role_policy", RoleName=role, PolicyName=name)
        return found and {"role": role, "name": name, "policy": _kept(state.get("policy"), found["PolicyDocument"])}

    def update(self, cloud: Cloud, identifier: str, old: Properties, new: Properties) -> None:
        """PutRolePolicy again."""
        del old
        role, _, name = identifier.partition(":")
        _put(cloud, role, name, str(new["policy"]))

    def delete(self, cloud: Cloud, identifier: str, state: Properties) -> None:
        """DeleteRolePolicy."""
        del state
        role, _, name = identifier.partition(":")
        _gone(cloud, "delete_role_policy", RoleName=role, PolicyName=name)


def _put(cloud: Cloud, role: str, name: str, policy: str) -> None:
    """Put the policy; the emulator takes any, so what IAM refuses is refused here."""
    if len("".join(policy.split())) > MAX_POLICY_CHARACTERS:
        reason = f"Maximum policy size of {MAX_POLICY_CHARACTERS} bytes exceeded for role {role}"
        raise AwsError("IAM: PutRolePolicy", 409, "LimitExceeded", reason)
    cloud.call("iam", "put_role_policy", RoleName=role, PolicyName=name, PolicyDocument=policy)


def _retag(cloud: Cloud, noun: str, which: Properties, old: Properties, new: Properties) -> None:
    tags = all_tags(cloud, new)
    if gone := sorted(set(old.get("tagsAll") or {}) - set(tags)):
        cloud.call("iam", f"untag_{noun}", **which, TagKeys=gone)
    if tags:
        cloud.call("iam", f"tag_{noun}", **which, Tags=tag_list(tags))


def _client(arn: str, client: str) -> Properties:
    return {"OpenIDConnectProviderArn": arn, "ClientID": client}


def _found(cloud: Cloud, operation: str, **params: object) -> Properties | None:
    try:
        return cloud.call("iam", operation, **params)
    except AwsError as refusal:
        if refusal.is_missing:
            return None
        raise


def _gone(cloud: Cloud, operation: str, **params: object) -> None:
    try:
        cloud.call("iam", operation, **params)
    except AwsError as refusal:
        if not refusal.is_missing:
            raise


def _json_problems(name: str, policy: object) -> Iterator[Failure]:
    if policy is UNKNOWN:
        return
    try:
        json.loads(str(policy))
    except ValueError as error:
        yield name, f'"{name}" contains an invalid JSON policy: {error}'


def _kept(known: object, found: object) -> str:
    """The text that the program wrote, as long as the cloud's means the same."""
    document = json.loads(unquote(found)) if isinstance(found, str) else found
    if isinstance(known, str) and json.loads(known) == document:
        return known
    return json.dumps(document)
