"""Whom to address with the advert of a service, and where to run it."""
