"""The gateway: a reverse proxy that serves the sites of the sandbox's stacks, one loopback port for each stack.

The emulator (MiniStack) stores website settings but has no website endpoint. It answers anonymous reads whatever the
bucket's policy says, and finds distributions only by the Host header. The gateway adds what is missing:

- `server`: HTTP, one port for each stack, and the request log.
- `routing`: chooses the website endpoint or the distribution for a request.
- `website_endpoint`: the S3 website endpoint.
- `distribution`: forwards to the emulated CloudFront.
- `emulator_client`: every request to the emulator.
- `shared_call`: one request for all visitors that wait for the same answer.
- `ports`: the port of each stack, in `<home>/run/gateway.json`.
- `stacks`: the bucket of each stack, from the file backend.
- `http_messages`: requests, responses and pages.
- `anonymous_access`, `cors`, `compression`: pure logic.

Nothing is cached but the parsed state file. A request costs three or four calls to the emulator, each well under a
millisecond, and a site that is polled during `pulumi up` shows each change with the next request.
"""
