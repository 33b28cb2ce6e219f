"""`pulumi-resource-synced-folder` for the sandbox: a folder whose every file is an object in a bucket.

- `service` answers the engine's Construct call.
- `folder` says which files are in a folder, and what each is called and is.
- `construction` registers the component and its children with the engine.
"""
