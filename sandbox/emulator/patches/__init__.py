"""The patches: one module for each behavior of MiniStack 1.5.33 that differs from AWS.

The docstring of each module names MiniStack's behavior first, and then AWS's, with its page. Its `install` replaces
MiniStack's functions. When MiniStack is updated, compare each module's first sentence with the new version: delete a
patch whose sentence is no longer true.
"""
