"""The git-push connection: what Pulumi Cloud is told about a stack, and the role that it deploys with.

``settings`` is read by the program as every room's; ``role`` makes resources; the rest is the command line
``python -m hosting.deployments``, which talks to Pulumi Cloud through the Pulumi CLI and makes nothing in AWS.
"""
