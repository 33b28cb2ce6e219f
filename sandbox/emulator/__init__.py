"""MiniStack, patched with the behavior of S3 and CloudFront that it lacks.

It runs in a separate process, with the Python and the packages of a separate virtual environment
(`sandbox/emulator/requirements.txt`). So nothing in here may import a package other than
MiniStack and the standard library.

- `__main__`: loads MiniStack, installs the patches, and runs it.
- `patches`: one module for each patch; its docstring names the behavior of MiniStack that it replaces.
- `ministack`: MiniStack's modules, and the one way to replace a function in them.
- `viewer_request`: one request to a distribution, and the state that the patches share while it is answered.
- `quotas`: AWS's quotas, and `store_settings`: how key value stores behave where AWS documents nothing. Files can
  change both.
- `edge_cache`, `access_log`, `aliases`, `invalidation_paths`, `path_patterns`, `edge_stores`, `store_limits`,
  `runtime_features`: the logic behind the patches, without MiniStack.
- `key_value_store.js`: the module `cloudfront` of functions.
"""
