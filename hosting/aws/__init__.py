"""The `aws:` settings of the stack, used by the provider and by our own calls alike."""
