"""What is set on a bucket by a call of its own: public access block, ownership, website, CORS.

Each is put whole, read back whole and deleted; its id is the bucket's name.
"""

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from sandbox.providers.aws.aws_client import Cloud
from sandbox.providers.aws.errors import AwsError
from sandbox.providers.aws.regions import website_domain
from sandbox.providers.aws.resource import Resource
from sandbox.providers.schema import Failure, Fields, block, flag, listing, text, whole
from sandbox.providers.values import Properties

BUCKET_FIELDS: Fields = {
    "bucket": text(required=True, replaces=True, low=1, high=63),
    "region": text(replaces=True, cloud_decides=True),
}


class BucketSetting(Resource):
    """One setting of a bucket: the three calls differ in name and payload only."""

    call_name: ClassVar[str]
    delete_call: ClassVar[str]

    @abstractmethod
    def payload(self, inputs: Properties) -> Properties:
        """The parameters of the put call beside the bucket.

        Raises:
            AwsError: AWS would refuse them, which the emulator doesn't.
        """

    @abstractmethod
    def properties(self, answer: Properties, state: Properties, region: str) -> Properties:
        """The properties in the get call's answer."""

    def known_outputs(self, cloud: Cloud, inputs: Properties) -> Properties:
        """The region."""
        return {"region": inputs.get("region") or cloud.region}

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Put it."""
        name = str(inputs["bucket"])
        self._put(cloud, name, inputs)
        return name

    def read(self, cloud: Cloud, identifier: str, state: Properties) -> Properties | None:
        """Get it; a bucket without it, and no bucket, are both its absence."""
        region = state.get("region") or cloud.region
        try:
            answer = cloud.s3(f"get_{self.call_name}", region, Bucket=identifier)
        except AwsError as refusal:
            if refusal.is_missing:
                return None
            raise
        return {"bucket": identifier, "region": region, **self.properties(answer, state, region)}

    def update(self, cloud: Cloud, identifier: str, old: Properties, new: Properties) -> None:
        """Put it anew."""
        self._put(cloud, identifier, {"region": old.get("region"), **new})

    def delete(self, cloud: Cloud, identifier: str, state: Properties) -> None:
        """Delete it."""
        try:
            cloud.s3(self.delete_call, state.get("region"), Bucket=identifier)
        except AwsError as refusal:
            if not refusal.is_missing:
                raise

    def _put(self, cloud: Cloud, name: str, inputs: Properties) -> None:
        cloud.s3(f"put_{self.call_name}", inputs.get("region"), Bucket=name, **self.payload(inputs))


class BucketPublicAccessBlock(BucketSetting):
    """aws.s3.BucketPublicAccessBlock."""

    token = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"  # noqa: S105 - a type's token, not a secret
    title = "S3 Bucket Public Access Block"
    call_name = "public_access_block"
    delete_call = "delete_public_access_block"
    switches = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    fields: ClassVar[Fields] = {
        **BUCKET_FIELDS,
        **dict.fromkeys(switches, flag(default=False)),
        "skipDestroy": flag(),
    }

    def payload(self, inputs: Properties) -> Properties:
        """The four switches."""
        switches = {name[0].upper() + name[1:]: bool(inputs.get(name)) for name in self.switches}
        return {"PublicAccessBlockConfiguration": switches}

    def properties(self, answer: Properties, state: Properties, region: str) -> Properties:
        """The four switches."""
        del state, region
        found = answer["PublicAccessBlockConfiguration"]
        return {name: found.get(name[0].upper() + name[1:], False) for name in self.switches}

    def delete(self, cloud: Cloud, identifier: str, state: Properties) -> None:
        """Delete it, unless it is to be left behind."""
        if not state.get("skipDestroy"):
            super().delete(cloud, identifier, state)


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
                "objectOwnership": text(
                    required=True, choices=("BucketOwnerPreferred", "ObjectWriter", "BucketOwnerEnforced")
                )
            },
            required=True,
        ),
    }

    def payload(self, inputs: Properties) -> Properties:
        """The one rule."""
        return {"OwnershipControls": {"Rules": [{"ObjectOwnership": inputs["rule"]["objectOwnership"]}]}}

    def properties(self, answer: Properties, state: Properties, region: str) -> Properties:
        """The one rule."""
        del state, region
        return {"rule": {"objectOwnership": answer["OwnershipControls"]["Rules"][0]["ObjectOwnership"]}}


class BucketWebsiteConfiguration(BucketSetting):
    """aws.s3.BucketWebsiteConfiguration, without routing rules."""

    token = "aws:s3/bucketWebsiteConfiguration:BucketWebsiteConfiguration"  # noqa: S105 - a type's token
    title = "S3 Bucket Website Configuration"
    call_name = "bucket_website"
    delete_call = "delete_bucket_website"
    fields: ClassVar[Fields] = {
        **BUCKET_FIELDS,
        "indexDocument": block({"suffix": text(required=True)}),
        "errorDocument": block({"key": text(required=True)}),
        "redirectAllRequestsTo": block({"hostName": text(required=True), "protocol": text(choices=("http", "https"))}),
    }
    outputs = ("websiteDomain", "websiteEndpoint")

    def conflicts(self, inputs: Properties) -> Iterator[Failure]:
        """Either it redirects everything, or it has an index document."""
        kinds = [name for name in ("indexDocument", "redirectAllRequestsTo") if inputs.get(name) is not None]
        if len(kinds) != 1:
            yield "indexDocument", "one of `indexDocument,redirectAllRequestsTo` must be specified"

    def payload(self, inputs: Properties) -> Properties:
        """The documents; S3 wants the index document to be a file's name."""
        index, error, redirect = (
            inputs.get(name) for name in ("indexDocument", "errorDocument", "redirectAllRequestsTo")
        )
        config: Properties = {}
        if index:
            _require_suffix(index["suffix"])
            config["IndexDocument"] = {"Suffix": index["suffix"]}
        if error:
            config["ErrorDocument"] = {"Key": error["key"]}
        if redirect:
            protocol = {"Protocol": redirect["protocol"]} if redirect.get("protocol") else {}
            config["RedirectAllRequestsTo"] = {"HostName": redirect["hostName"], **protocol}
        return {"WebsiteConfiguration": config}

    def properties(self, answer: Properties, state: Properties, region: str) -> Properties:
        """The documents, and where the website answers."""
        index, error = answer.get("IndexDocument"), answer.get("ErrorDocument")
        redirect = answer.get("RedirectAllRequestsTo")
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


def _require_suffix(suffix: str) -> None:
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
        "corsRules": listing(
            block(
                {
                    "id": text(high=255, low=0),
                    "allowedHeaders": listing(text(), unordered=True),
                    "allowedMethods": listing(text(), required=True, unordered=True),
                    "allowedOrigins": listing(text(), required=True, unordered=True),
                    "exposeHeaders": listing(text(), unordered=True),
                    "maxAgeSeconds": whole(),
                }
            ),
            required=True,
            unordered=True,
            low=1,
            high=100,
        ),
    }

    def payload(self, inputs: Properties) -> Properties:
        """The rules, held against what S3 refuses and the emulator doesn't."""
        for rule in inputs["corsRules"]:
            for reason in _cors_refusals(rule):
                raise AwsError("S3: PutBucketCors", 400, "InvalidRequest", reason)
        rules = [
            {api: rule[name] for name, api in _CORS_NAMES.items() if rule.get(name) not in (None, [], "")}
            for rule in inputs["corsRules"]
        ]
        return {"CORSConfiguration": {"CORSRules": rules}}

    def properties(self, answer: Properties, state: Properties, region: str) -> Properties:
        """The rules."""
        del state, region
        rules = [{name: rule[api] for name, api in _CORS_NAMES.items() if api in rule} for rule in answer["CORSRules"]]
        return {"corsRules": rules}


def _cors_refusals(rule: Properties) -> Iterator[str]:
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
