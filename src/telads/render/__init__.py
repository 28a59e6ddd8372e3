"""What a reader takes home of a build's answers: tables, pictures (`svg/`) and the report."""
