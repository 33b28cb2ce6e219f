"""The only place where resources are wired together."""
