"""Migrations of the website's own tables."""
