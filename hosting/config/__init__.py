"""The stack's config: read, judged and turned into settings."""
