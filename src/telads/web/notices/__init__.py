"""Notices of a new month: by e-mail and webhook, to users who asked for them."""
