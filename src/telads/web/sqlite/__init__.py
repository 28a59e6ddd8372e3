"""SQLite as the website uses it; Django looks for `base` here (`settings.DATABASES`)."""
