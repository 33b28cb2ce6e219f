"""The custom host names of a stage: certificate, DNS records, and the aliases of the distribution."""
