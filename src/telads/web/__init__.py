"""The website and the API: Django, standing on the answers; no view computes anything."""
