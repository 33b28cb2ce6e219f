"""The sandbox's front door: the sites of the local cloud, as a visitor on the internet would see them.

The local cloud (MiniStack) stores website settings but has no website endpoint, answers anonymous reads whatever a
bucket's policy says, and reaches distributions only by their Host name. The door fills that in, on one loopback port
for each stack:

    policy       may an anonymous visitor read?                       (pure)
    cors         a bucket's CORS rules                                (pure)
    compression  what CloudFront compresses                           (pure)
    stacks       which bucket is a stack's, from the file backend
    ports        which port is a stack's, in <home>/run/door.json
    cloud        every call to the local cloud
    website      the S3 website endpoint
    distribution the way through the emulated CloudFront
    routing      which of the two answers a request
    server       HTTP, the log, and a port for each stack

Nothing is cached but the parsed state file (until it changes): a request costs three or four calls of well under a
millisecond to the local cloud, and whoever polls a site during `pulumi up` sees each change with the next request.
"""
