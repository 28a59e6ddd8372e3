"""The website and the API: Django on top of the answers; views compute nothing."""
