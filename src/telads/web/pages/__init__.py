"""Pages: one folder each, with its view, form and template."""
