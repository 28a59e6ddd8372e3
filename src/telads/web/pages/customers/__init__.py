"""What to advertise to a group of people."""
