"""Subscriber logs to cells: from rows about persons to k-anonymous monthly cells.

    request.py       what is asked for, checked
    schema.py        the columns of a log, checked before any work
    reading.py       the columns of all files, with one type each
    inputs.py        the small files beside a log: mapping of services, places, census
    log.py           opening a log: schema, survey, places, number of parts
    survey.py        what is in the log: months, and rows by fate
    contribution.py  rows -> one row a subscriber and month (Narwhals expressions)
    cells.py         subscribers of three months -> integer sums by cell -> means
    suppression.py   k-anonymity, and hiding more cells so that totals give nothing away
    noise.py         optional differential privacy through OpenDP
    budget.py        what noise has spent, and what it may
    overlap.py       hiding for the sake of months whose windows overlap
    finish.py        hide and divide
    job.py           the folder of finished parts
    run.py           the whole way, restart, the ledger
    synth/           a generator of logs

Inside, everything is a sum of integers, divided once at the end: the figures depend neither on
the order of rows nor on the number of parts, and every engine gives the same.
"""
