"""The settings of a bucket that have separate API calls: public access block, ownership, website, CORS.

Each is put, read and deleted as a whole; its id is the bucket's name.
"""

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from sandbox.providers.aws.aws_client import AwsClient
from sandbox.providers.aws.errors import AwsError
from sandbox.providers.aws.regions import website_domain
from sandbox.providers.aws.resource import Resource
from sandbox.providers.schema import Failure, Fields, block, boolean, integer, list_of, string
from sandbox.providers.values import Properties

BUCKET_FIELDS: Fields = {
    "bucket": string(required=True, replaces=True, low=1, high=63),
    "region": string(replaces=True, computed=True),
}


class BucketSetting(Resource):
    """A setting of a bucket; only the names of the calls and the payload differ."""

    call_name: ClassVar[str]
    delete_call: ClassVar[str]

    @abstractmethod
    def payload(self, inputs: Properties) -> Properties:
        """Return the parameters of the put call, without the bucket.

        Raises:
            AwsError: AWS would reject them, and the emulator does not.
        """

    @abstractmethod
    def properties(self, response: Properties, state: Properties, region: str) -> Properties:
        """Return the properties in the response of the get call."""

    def preview_outputs(self, aws: AwsClient, inputs: Properties) -> Properties:
        """Return the region."""
        return {"region": inputs.get("region") or aws.region}

    def create(self, aws: AwsClient, inputs: Properties) -> str:
        """Put the setting."""
        name = str(inputs["bucket"])
        self._put(aws, name, inputs)
        return name

    def read(self, aws: AwsClient, identifier: str, state: Properties) -> Properties | None:
        """Get the setting; None if the bucket has none, or does not exist."""
        region = state.get("region") or aws.region
        try:
            response = aws.s3(f"get_{self.call_name}", region, Bucket=identifier)
        except AwsError as error:
            if error.is_not_found:
                return None
            raise
        return {"bucket": identifier, "region": region, **self.properties(response, state, region)}

    def update(self, aws: AwsClient, identifier: str, old: Properties, new: Properties) -> None:
        """Put the setting again."""
        self._put(aws, identifier, {"region": old.get("region"), **new})

    def delete(self, aws: AwsClient, identifier: str, state: Properties) -> None:
        """Delete the setting."""
        try:
            aws.s3(self.delete_call, state.get("region"), Bucket=identifier)
        except AwsError as error:
            if not error.is_not_found:
                raise

    def _put(self, aws: AwsClient, name: str, inputs: Properties) -> None:
        aws.s3(f"put_{self.call_name}", inputs.get("region"), Bucket=name, **self.payload(inputs))


class BucketPublicAccessBlock(BucketSetting):
    """aws.s3.BucketPublicAccessBlock."""

    token = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"  # noqa: S105 - a type's token, not a secret
    title = "S3 Bucket Public Access Block"
    call_name = "public_access_block"
    delete_call = "delete_public_access_block"
    switches = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    fields: ClassVar[Fields] = {
        **BUCKET_FIELDS,
        **dict.fromkeys(switches, boolean(default=False)),
        "skipDestroy": boolean(),
    }

    def payload(self, inputs: Properties) -> Properties:
        """Return the four switches for the put call."""
        switches = {name[0].upper() + name[1:]: bool(inputs.get(name)) for name in self.switches}
        return {"PublicAccessBlockConfiguration": switches}

    def properties(self, response: Properties, state: Properties, region: str) -> Properties:
        """Return the four switches."""
        del state, region
        found = response["PublicAccessBlockConfiguration"]
        return {name: found.get(name[0].upper() + name[1:], False) for name in self.switches}

    def delete(self, aws: AwsClient, identifier: str, state: Properties) -> None:
        """Delete the setting unless skipDestroy is set."""
        if not state.get("skipDestroy"):
            super().delete(aws, identifier, state)


class BucketOwnershipControls(BucketSetting):
    """aws.s3.BucketOwnershipControls."""

    token = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"  # noqa: S105 - a type's token, not a secret
    title = "S3 Bucket Ownership Controls"
    call_name = "bucket_ownership_controls"
    delete_call = "delete_bucket_ownership_controls"
    fields: ClassVar[Fields] = {
        **BUCKET_FIELDS,
        "rule": block(
            {
                "objectOwnership": string(
                    required=True, choices=("BucketOwnerPreferred", "ObjectWriter", "BucketOwnerEnforced")
                )
            },
            required=True,
        ),
    }

    def payload(self, inputs: Properties) -> Properties:
        """Return the rule for the put call."""
        return {"OwnershipControls": {"Rules": [{"ObjectOwnership": inputs["rule"]["objectOwnership"]}]}}

    def properties(self, response: Properties, state: Properties, region: str) -> Properties:
        """Return the rule."""
        del state, region
        return {"rule": {"objectOwnership": response["OwnershipControls"]["Rules"][0]["ObjectOwnership"]}}


class BucketWebsiteConfiguration(BucketSetting):
    """aws.s3.BucketWebsiteConfiguration, without routing rules."""

    token = "aws:s3/bucketWebsiteConfiguration:BucketWebsiteConfiguration"  # noqa: S105 - a type's token
    title = "S3 Bucket Website Configuration"
    call_name = "bucket_website"
    delete_call = "delete_bucket_website"
    fields: ClassVar[Fields] = {
        **BUCKET_FIELDS,
        "indexDocument": block({"suffix": string(required=True)}),
        "errorDocument": block({"key": string(required=True)}),
        "redirectAllRequestsTo": block(
            {"hostName": string(required=True), "protocol": string(choices=("http", "https"))}
        ),
    }
    outputs = ("websiteDomain", "websiteEndpoint")

    def conflicts(self, inputs: Properties) -> Iterator[Failure]:
        """Require either an index document or a redirect of all requests."""
        kinds = [name for name in ("indexDocument", "redirectAllRequestsTo") if inputs.get(name) is not None]
        if len(kinds) != 1:
            yield "indexDocument", "one of `indexDocument,redirectAllRequestsTo` must be specified"

    def payload(self, inputs: Properties) -> Properties:
        """Return the configuration for the put call."""
        index, error, redirect = (
            inputs.get(name) for name in ("indexDocument", "errorDocument", "redirectAllRequestsTo")
        )
        config: Properties = {}
        if index:
            _check_suffix(index["suffix"])
            config["IndexDocument"] = {"Suffix": index["suffix"]}
        if error:
            config["ErrorDocument"] = {"Key": error["key"]}
        if redirect:
            protocol = {"Protocol": redirect["protocol"]} if redirect.get("protocol") else {}
            config["RedirectAllRequestsTo"] = {"HostName": redirect["hostName"], **protocol}
        return {"WebsiteConfiguration": config}

    def properties(self, response: Properties, state: Properties, region: str) -> Properties:
        """Return the configuration and the website endpoint."""
        index, error = response.get("IndexDocument"), response.get("ErrorDocument")
        redirect = response.get("RedirectAllRequestsTo")
        domain = website_domain(region)
        name = state.get("bucket")
        target = {"hostName": redirect["HostName"], "protocol": redirect.get("Protocol")} if redirect else None
        return {
            "indexDocument": {"suffix": index["Suffix"]} if index else None,
            "errorDocument": {"key": error["Key"]} if error else None,
            "redirectAllRequestsTo": target,
            "websiteDomain": domain,
            "websiteEndpoint": f"{name}.{domain}",
        }


def _check_suffix(suffix: str) -> None:
    if not suffix or "/" in suffix:
        raise AwsError("S3: PutBucketWebsite", 400, "InvalidArgument", "The IndexDocument Suffix is not well formed")


_CORS_NAMES = {
    "id": "ID",
    "allowedHeaders": "AllowedHeaders",
    "allowedMethods": "AllowedMethods",
    "allowedOrigins": "AllowedOrigins",
    "exposeHeaders": "ExposeHeaders",
    "maxAgeSeconds": "MaxAgeSeconds",
}
_CORS_METHODS = ("GET", "PUT", "HEAD", "POST", "DELETE")


class BucketCorsConfiguration(BucketSetting):
    """aws.s3.BucketCorsConfiguration."""

    token = "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration"  # noqa: S105 - a type's token, not a secret
    title = "S3 Bucket CORS Configuration"
    call_name = "bucket_cors"
    delete_call = "delete_bucket_cors"
    fields: ClassVar[Fields] = {
        **BUCKET_FIELDS,
        "corsRules": list_of(
            block(
                {
                    "id": string(high=255, low=0),
                    "allowedHeaders": list_of(string(), unordered=True),
                    "allowedMethods": list_of(string(), required=True, unordered=True),
                    "allowedOrigins": list_of(string(), required=True, unordered=True),
                    "exposeHeaders": list_of(string(), unordered=True),
                    "maxAgeSeconds": integer(),
                }
            ),
            required=True,
            unordered=True,
            low=1,
            high=100,
        ),
    }

    def payload(self, inputs: Properties) -> Properties:
        """Return the rules for the put call, after the checks that S3 makes and the emulator does not."""
        for rule in inputs["corsRules"]:
            for reason in _cors_errors(rule):
                raise AwsError("S3: PutBucketCors", 400, "InvalidRequest", reason)
        rules = [
            {api: rule[name] for name, api in _CORS_NAMES.items() if rule.get(name) not in (None, [], "")}
            for rule in inputs["corsRules"]
        ]
        return {"CORSConfiguration": {"CORSRules": rules}}

    def properties(self, response: Properties, state: Properties, region: str) -> Properties:
        """Return the rules."""
        del state, region
        rules = [
            {name: rule[api] for name, api in _CORS_NAMES.items() if api in rule} for rule in response["CORSRules"]
        ]
        return {"corsRules": rules}


def _cors_errors(rule: Properties) -> Iterator[str]:
    for method in rule["allowedMethods"]:
        if method not in _CORS_METHODS:
            yield f"Found unsupported HTTP method in CORS config. Unsupported method is {method}"
    for kind, name in (("AllowedOrigin", "allowedOrigins"), ("AllowedHeader", "allowedHeaders")):
        for pattern in rule.get(name) or []:
            if pattern.count("*") > 1:
                yield f'{kind} "{pattern}" can not have more than one wildcard.'
    for header in rule.get("exposeHeaders") or []:
        if "*" in header:
            yield f'ExposeHeader "{header}" contains wildcard. We currently do not support wildcard for ExposeHeader.'
