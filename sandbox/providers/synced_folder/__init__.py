"""`pulumi-resource-synced-folder` for the sandbox: a component that publishes each file of a folder as an object.

- `service`: answers the engine's Construct call.
- `folder`: lists the files of a folder, with their keys and content types.
- `construction`: registers the component and its children with the engine.
"""
