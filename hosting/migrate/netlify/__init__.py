"""Netlify projects: netlify.toml, and the rule files that the build publishes."""
