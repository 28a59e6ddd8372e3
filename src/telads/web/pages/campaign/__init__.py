"""The campaign page: from a sentence to a plan on a map."""
