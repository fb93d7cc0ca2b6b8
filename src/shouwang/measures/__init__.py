"""What is counted: measures defined in YAML over the datasets that rooms offer, rolled up over the tree.

Main words: dataset (facts a room offers), measure (what is counted), figures (a day's values of one area).
Start reading at definitions/, then compute.py.
"""
