"""`publish:mode managed`: each file is a resource."""
