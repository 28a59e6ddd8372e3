"""What a reader takes home of a build's answers: pictures (`svg/`) and the report."""
