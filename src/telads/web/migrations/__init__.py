"""How the tables of the website came to be."""
