"""The client of a bucket for both publish modes: signing, PUT, list and delete."""
