"""The Pulumi CLI that the sandbox drives: an official install if there is one, else our own build of it."""
