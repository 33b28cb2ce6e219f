"""Who may see the site: a name and a password for all of it, asked for at the edge. Pure."""
