"""Deployments on git push: the connection of a stack to Pulumi Cloud, and the role that deploys it.

The program reads ``settings``, and ``role`` declares resources. The other modules are the command
``python -m hosting.deployments``, which calls Pulumi Cloud with the Pulumi CLI and makes no calls to AWS.
"""
