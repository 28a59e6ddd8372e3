"""The page of audiences."""
