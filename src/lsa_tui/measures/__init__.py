"""Pure functions over plain values: what a day's figures mean and what they do at the edges.

Nothing here reads a clock, a file or a database. A result carries `method`, the name it has to be printed
with, because figures of different methods must never stand in one line as if they were one.
"""
