"""The book of dated policies: every threshold, colour, window and quota stands in a YAML file with authority and dates.

Main words: pack (a set of policies of one origin), topic, version, in force, assumed (the record is silent), fault.
Start reading at policy.py, then queries.py; the packs themselves are in ../policies/.
"""
