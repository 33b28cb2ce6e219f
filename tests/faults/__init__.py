"""The fault suite: publishes are interrupted at each of their requests, and the next `pulumi up` has to complete them.

- `operations`: the name of a request, such as `s3 PutObject assets/app.css`.
- `proxy`, `faults`: the HTTP proxy between Pulumi and the emulated cloud, and what it can do to a request.
- `site_versions`: the versions A, B and C of the published site, and the answer that a visitor must get for each URL.
- `lab`: one sandbox with one project, and snapshots of it, as publishing version A again would take seconds.
- `engine`: runs `pulumi` through the proxy, and kills it.
- `scenarios`: the events, as data. `exceptions`: what is documented to need another command than `pulumi up`.
- `poller`: asks every URL while a publish runs. `checks`: compares the site, the bucket and the state with the folder.
- `points`: one interruption: a scenario, a request and a fault. `report`: the table. `__main__`: the command.
"""
