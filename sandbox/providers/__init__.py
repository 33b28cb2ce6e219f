"""The sandbox's own Pulumi providers.

Each is a program that the engine starts: `python -m sandbox.providers.aws` and `python -m
sandbox.providers.synced_folder`. What both need is here:

- `plugin`: serve a provider's gRPC service the way the engine expects a plugin to behave.
- `values`: properties on the wire <-> plain Python values, unknowns and assets.
- `schema`: what properties a resource takes, and what is wrong with those that it is given.
- `changes`: what differs between two sets of properties, and what of it needs a replacement.

Nothing here may know of AWS; nothing in `aws` may know of any one program.
"""
