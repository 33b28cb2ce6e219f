"""The bucket's client: signing, PUT, list, delete; for both publish modes."""
