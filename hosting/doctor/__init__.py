"""The command `python -m hosting.doctor`: check a stack and its AWS account before the first `pulumi up`, or later.

Each module is a group of checks. A check is a function that takes a ``Context`` and returns lines; it changes nothing.
"""
