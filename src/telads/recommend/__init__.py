"""Recommenders: one file each, found through their registries."""
