"""`pulumi-resource-aws`."""

from sandbox.providers.aws.service import AwsProvider
from sandbox.providers.plugin import serve

if __name__ == "__main__":
    serve(AwsProvider)
