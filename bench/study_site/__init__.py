"""The peer of the website: the 2023 study's two views, re-enacted as a minimal Django site.

Own code after what the study did, not how it was spelt: for customers a pandas table in memory
that is filtered by each request, for advertisers an Excel file that each request reads with
`pandas.read_excel`, and one list of platforms for all targets. In the study's favour the files are
smaller (one sheet of 300 rows for each service) and nothing else is in the way: no session, no
language, no middleware but the one that names the length.
"""
