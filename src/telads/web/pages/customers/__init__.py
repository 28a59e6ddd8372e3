"""The customer page: services to advertise to a group."""
