"""The data: where they come from, what they cover, and pictures of the city."""
