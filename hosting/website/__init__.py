"""The bucket and what makes it a website. Its rules for paths become parts of the functions at the edge."""
