"""Answers in the forms a reader takes away: tables, files, pictures (`svg/`) and the report."""
