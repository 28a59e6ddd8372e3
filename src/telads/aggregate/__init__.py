"""Subscriber logs to cells: from rows about persons to k-anonymous monthly cells.

    schema.py        the columns of a log, checked before any work
    inputs.py        the small files beside a log: mapping of services, places, census
    survey.py        what is in the log: months, and rows by fate
    contribution.py  rows -> one row a subscriber and month (Narwhals expressions)
    cells.py         subscribers of three months -> integer sums by cell -> means
    suppression.py   k-anonymity, and hiding more cells so that totals give nothing away
    noise.py         optional differential privacy through OpenDP
    run.py           parts, restart, the ledger

Inside, everything is a sum of integers, divided once at the end: the figures depend neither on
the order of rows nor on the number of parts, and every engine gives the same.
"""
