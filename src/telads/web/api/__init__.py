"""The API: the JSON contract of the command line over HTTP."""
