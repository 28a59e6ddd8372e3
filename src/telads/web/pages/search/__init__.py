"""The search over districts, groups, services, plans, saved audiences, pages and the guide."""
