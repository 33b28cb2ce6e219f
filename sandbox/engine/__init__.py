"""The Pulumi CLI: an official install if there is one, else a build from its Go modules."""
