"""The sandbox's errors."""


class SandboxError(Exception):
    """An error that the user can fix: one line that says what is wrong and what to type next."""
