"""The sandbox's Pulumi providers.

The engine starts each as a program: `python -m sandbox.providers.aws` and `python -m sandbox.providers.synced_folder`.
Both use:

- `plugin`: serves a provider's gRPC service as the engine expects it of a plugin.
- `values`: properties in messages <-> plain Python values, unknowns and assets.
- `schema`: the properties that a resource takes, their validation and defaults.
- `changes`: the differences between two sets of properties, and which of them need a replacement.
- `auto_names`: names for resources that the program does not name.

The modules of this package know nothing about AWS, and those of `aws` know nothing about a program.
"""
