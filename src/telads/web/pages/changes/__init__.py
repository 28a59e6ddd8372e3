"""Where the use of a service changed, and whether it was the whole city."""
