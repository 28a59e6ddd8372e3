"""A synthetic log: subscribers of the synthetic city, and what they used on each day.

`city` says how much each cell uses, `people` draws the subscribers of a block, `days` what they do
on one day, `dirt` what real logs have besides, and `log` writes it all.
"""
