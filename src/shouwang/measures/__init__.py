"""What is counted: every figure is a measure over facts, kept for each area and day, and opens down to those facts.

Main words: dataset (facts a room above offers, as SQL), measure (one YAML entry: what is counted, in words and as a
condition over a dataset), figures (the values of one area on one day), twin (the slow plain-Python calculation in the
tests that each measure must agree with). Start reading at definitions/cases.yaml, then compute.py.
"""
