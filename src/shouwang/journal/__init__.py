"""The record of deeds: who did what, when, why, on which row, chained by hashes so that tampering shows.

Main words: entry, actor, announcement (told to other rooms after commit), job run, retention class.
Start reading at actions.py.
"""
