"""The git-push connection: what Pulumi Cloud is told about a stack, and the role that it deploys with.

The program reads ``settings`` with those of all namespaces; ``role`` makes resources; the rest is the command line
``python -m hosting.deployments``, which talks to Pulumi Cloud through the Pulumi CLI and makes nothing in AWS.
"""
