"""Sites of SST: the literal arguments of StaticSite in versions 2 to 4 (https://sst.dev, https://v2.sst.dev)."""
