"""IAM roles for web identities, and the OIDC providers that they trust."""

import json
from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import unquote

from sandbox.providers.auto_names import AutoName
from sandbox.providers.aws.aws_client import AwsClient
from sandbox.providers.aws.errors import AwsError
from sandbox.providers.aws.resource import Resource
from sandbox.providers.aws.tags import all_tags, tag_list, tag_properties
from sandbox.providers.schema import Failure, Fields, integer, list_of, string, string_map
from sandbox.providers.values import UNKNOWN, Properties

# The limit for all inline policies of a role together, without white space.
MAX_POLICY_CHARACTERS = 10_240


class OpenIdConnectProvider(Resource):
    """aws.iam.OpenIdConnectProvider."""

    token = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"  # noqa: S105 - a type's token, not a secret
    title = "IAM OIDC Provider"
    fields: ClassVar[Fields] = {
        "clientIdLists": list_of(string(low=1, high=255), required=True, unordered=True),
        "tags": string_map(),
        "thumbprintLists": list_of(string(low=40, high=40), computed=True),
        "url": string(required=True, replaces=True, pattern=(r"https://.+", "url must begin with https://")),
    }
    outputs = ("arn",)
    tagged = True

    def create(self, aws: AwsClient, inputs: Properties) -> str:
        """CreateOpenIDConnectProvider; an account can have one for each URL."""
        response = aws.call(
            "iam",
            "create_open_id_connect_provider",
            Url=inputs["url"],
            ClientIDList=inputs["clientIdLists"],
            ThumbprintList=inputs.get("thumbprintLists") or [],
            Tags=tag_list(all_tags(aws, inputs)),
        )
        return str(response["OpenIDConnectProviderArn"])

    def read(self, aws: AwsClient, identifier: str, state: Properties) -> Properties | None:
        """GetOpenIDConnectProvider."""
        del state
        found = _found(aws, "get_open_id_connect_provider", OpenIDConnectProviderArn=identifier)
        return found and {
            "arn": identifier,
            # AWS returns it without the scheme, the emulator with it.
            "url": f"https://{found['Url'].removeprefix('https://')}",
            "clientIdLists": found.get("ClientIDList", []),
            "thumbprintLists": found.get("ThumbprintList", []),
            **tag_properties(aws, found.get("Tags", [])),
        }

    def update(self, aws: AwsClient, identifier: str, old: Properties, new: Properties) -> None:
        """Add and remove client ids one by one, as the API requires."""
        before, after = set(old["clientIdLists"]), set(new["clientIdLists"])
        for client in sorted(after - before):
            aws.call("iam", "add_client_id_to_open_id_connect_provider", **_client(identifier, client))
        for client in sorted(before - after):
            aws.call("iam", "remove_client_id_from_open_id_connect_provider", **_client(identifier, client))
        _retag(aws, "open_id_connect_provider", {"OpenIDConnectProviderArn": identifier}, old, new)

    def delete(self, aws: AwsClient, identifier: str, state: Properties) -> None:
        """DeleteOpenIDConnectProvider."""
        del state
        _delete(aws, "delete_open_id_connect_provider", OpenIDConnectProviderArn=identifier)


class Role(Resource):
    """aws.iam.Role."""

    token = "aws:iam/role:Role"  # noqa: S105 - a type's token, not a secret
    title = "IAM Role"
    fields: ClassVar[Fields] = {
        "assumeRolePolicy": string(required=True),
        "description": string(high=1000),
        "maxSessionDuration": integer(default=3600, low=3600, high=43200),
        "name": string(replaces=True, low=1, high=64, pattern=(r"[\w+=,.@-]+", "invalid value for name")),
        "path": string(default="/", replaces=True),
        "tags": string_map(),
    }
    outputs = ("arn", "createDate", "uniqueId")
    auto_name = AutoName("name", 64)
    tagged = True

    def conflicts(self, inputs: Properties) -> Iterator[Failure]:
        """Reject a text that is not JSON."""
        yield from _json_problems("assumeRolePolicy", inputs["assumeRolePolicy"])

    def create(self, aws: AwsClient, inputs: Properties) -> str:
        """CreateRole."""
        aws.call(
            "iam",
            "create_role",
            RoleName=inputs["name"],
            Path=inputs["path"],
            AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
            Description=inputs.get("description", ""),
            MaxSessionDuration=int(inputs["maxSessionDuration"]),
            Tags=tag_list(all_tags(aws, inputs)),
        )
        return str(inputs["name"])

    def read(self, aws: AwsClient, identifier: str, state: Properties) -> Properties | None:
        """GetRole."""
        found = _found(aws, "get_role", RoleName=identifier)
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
            "assumeRolePolicy": _policy_text(state.get("assumeRolePolicy"), role["AssumeRolePolicyDocument"]),
            **tag_properties(aws, role.get("Tags", [])),
        }

    def update(self, aws: AwsClient, identifier: str, old: Properties, new: Properties) -> None:
        """UpdateAssumeRolePolicy, UpdateRole, and the tags."""
        policy, duration = new["assumeRolePolicy"], int(new["maxSessionDuration"])
        aws.call("iam", "update_assume_role_policy", RoleName=identifier, PolicyDocument=policy)
        description = new.get("description", "")
        aws.call("iam", "update_role", RoleName=identifier, Description=description, MaxSessionDuration=duration)
        _retag(aws, "role", {"RoleName": identifier}, old, new)

    def delete(self, aws: AwsClient, identifier: str, state: Properties) -> None:
        """DeleteRole, which AWS rejects while the role has a policy."""
        del state
        _delete(aws, "delete_role", RoleName=identifier)


class RolePolicy(Resource):
    """aws.iam.RolePolicy: an inline policy of a role."""

    token = "aws:iam/rolePolicy:RolePolicy"  # noqa: S105 - a type's token, not a secret
    title = "IAM Role Policy"
    fields: ClassVar[Fields] = {
        "name": string(replaces=True, low=1, high=128),
        "policy": string(required=True),
        "role": string(required=True, replaces=True),
    }
    auto_name = AutoName("name", 128)

    def conflicts(self, inputs: Properties) -> Iterator[Failure]:
        """Reject a text that is not JSON."""
        yield from _json_problems("policy", inputs["policy"])

    def create(self, aws: AwsClient, inputs: Properties) -> str:
        """PutRolePolicy."""
        _put(aws, str(inputs["role"]), str(inputs["name"]), str(inputs["policy"]))
        return f"{inputs['role']}:{inputs['name']}"

    def read(self, aws: AwsClient, identifier: str, state: Properties) -> Properties | None:
        """GetRolePolicy."""
        role, _, name = identifier.partition(":")
        found = _found(aws, "get_role_policy", RoleName=role, PolicyName=name)
        return found and {
            "role": role,
            "name": name,
            "policy": _policy_text(state.get("policy"), found["PolicyDocument"]),
        }

    def update(self, aws: AwsClient, identifier: str, old: Properties, new: Properties) -> None:
        """PutRolePolicy again."""
        del old
        role, _, name = identifier.partition(":")
        _put(aws, role, name, str(new["policy"]))

    def delete(self, aws: AwsClient, identifier: str, state: Properties) -> None:
        """DeleteRolePolicy."""
        del state
        role, _, name = identifier.partition(":")
        _delete(aws, "delete_role_policy", RoleName=role, PolicyName=name)


def _put(aws: AwsClient, role: str, name: str, policy: str) -> None:
    """PutRolePolicy, after the check of the size: the emulator accepts any."""
    if len("".join(policy.split())) > MAX_POLICY_CHARACTERS:
        reason = f"Maximum policy size of {MAX_POLICY_CHARACTERS} bytes exceeded for role {role}"
        raise AwsError("IAM: PutRolePolicy", 409, "LimitExceeded", reason)
    aws.call("iam", "put_role_policy", RoleName=role, PolicyName=name, PolicyDocument=policy)


def _retag(aws: AwsClient, noun: str, identity: Properties, old: Properties, new: Properties) -> None:
    tags = all_tags(aws, new)
    if removed := sorted(set(old.get("tagsAll") or {}) - set(tags)):
        aws.call("iam", f"untag_{noun}", **identity, TagKeys=removed)
    if tags:
        aws.call("iam", f"tag_{noun}", **identity, Tags=tag_list(tags))


def _client(arn: str, client: str) -> Properties:
    return {"OpenIDConnectProviderArn": arn, "ClientID": client}


def _found(aws: AwsClient, operation: str, **params: object) -> Properties | None:
    try:
        return aws.call("iam", operation, **params)
    except AwsError as error:
        if error.is_not_found:
            return None
        raise


def _delete(aws: AwsClient, operation: str, **params: object) -> None:
    try:
        aws.call("iam", operation, **params)
    except AwsError as error:
        if not error.is_not_found:
            raise


def _json_problems(name: str, policy: object) -> Iterator[Failure]:
    if policy is UNKNOWN:
        return
    try:
        json.loads(str(policy))
    except ValueError as error:
        yield name, f'"{name}" contains an invalid JSON policy: {error}'


def _policy_text(previous: object, current: object) -> str:
    """Return the policy; in the program's spelling, if that means the same as IAM's."""
    document = json.loads(unquote(current)) if isinstance(current, str) else current
    if isinstance(previous, str) and json.loads(previous) == document:
        return previous
    return json.dumps(document)
