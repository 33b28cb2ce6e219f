"""A local cloud in which the real `pulumi up` runs, without an AWS account and without the internet.

The rooms, and what each may not do:

- engine: finds the Pulumi CLI or builds it from pinned Go modules. Starts nothing that stays.
- language_host, protocol, shim: programs that the engine runs, or that run it. They know no cloud and no program.
- cloud: the emulator's process and its data. Knows nothing of Pulumi.
- emulator: what that process runs: MiniStack, and what AWS does beyond it. On a Python of its own; knows no other room.
- providers: resource plugins on botocore, for the types that they list. Know nothing of the program using them.
- door: one loopback port for each stack, answering as its visitors see it. Changes nothing in the cloud.
- lifecycle: the only room that knows all the others; `python -m sandbox` is its face.
"""
