"""What the sandbox says when it cannot go on."""


class SandboxError(Exception):
    """One line for the person at the keyboard: what is wrong and what to type next; never a traceback."""
