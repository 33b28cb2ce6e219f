"""MiniStack in its own environment, with what S3 and CloudFront do and it does not.

- `visits`: what the data plane of CloudFront is told of one request, and what it answers differently.
- `path_patterns`: which path a cache behavior is chosen by.
- `custom_origins`: what a custom origin is asked, and how its answer arrives.
- `hosts`: a distribution's Host is its own.
- `cache`, `caching`: what an edge location keeps of what the origin answered.
- `origin`: what S3 answers a distribution that may list the bucket.
- `logs`: the access logs of distributions.
- `uploads`: what S3 refuses of an upload.
- `__main__`: puts them where MiniStack looks; its version is pinned.

All of it runs on the emulator's Python and imports nothing that is not the standard library's.
"""
