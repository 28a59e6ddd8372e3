"""Subscriber logs to cells: from rows about persons to k-anonymous monthly cells.

    request.py       the request, validated
    schema.py        the columns of a log, checked before any work
    inputs.py        reading: the columns of all files with one type each, mapping, places, census
    log.py           opening a log: schema, survey, places, number of parts
    survey.py        row counts of a log by month and fate
    contribution.py  rows -> one row a subscriber and month (Narwhals expressions)
    cells.py         subscribers of three months -> integer sums by cell -> means
    suppression.py   k-anonymity with complementary suppression, also across overlapping windows
    noise.py         optional differential privacy through OpenDP, and its budget
    job.py           the run: partial results, restart, masking, the ledger
    synth.py         a generator of synthetic logs

Inside, everything is a sum of integers, divided once at the end: results depend neither on the
order of rows nor on the number of parts, and are equal on every engine.
"""
