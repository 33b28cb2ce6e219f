"""A local cloud in which the real `pulumi up` runs, without an AWS account and without internet access; see README.md.

Packages and modules:

- `engine`: finds the Pulumi CLI, or builds it from pinned Go modules.
- `language_host`, `run_plugin`, `pulumi_shim`: programs that the CLI starts, or that start it.
- `emulator`: MiniStack with patches; it runs in a separate virtual environment, and imports none of the others.
- `emulator_process`: starts and stops the emulator.
- `providers`: resource plugins of the CLI, on botocore.
- `gateway`: serves the stacks' sites to browsers.
- `lifecycle`: starts and stops everything; `python -m sandbox` calls it.
"""
