"""The part of Pulumi Cloud's REST API that the real CLI uses to manage a stack's deployments, on loopback.

Strict: a path, a method or a field that it does not know is refused and written down as a complaint.
"""
