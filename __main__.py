"""The Pulumi program of the site."""

from hosting.program import run

run()
