"""The stage's own host names: their certificate, their DNS records and what the distribution answers to."""
