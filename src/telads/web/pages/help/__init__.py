"""The planner's guide: a document in each language, printed with its contents beside it."""
