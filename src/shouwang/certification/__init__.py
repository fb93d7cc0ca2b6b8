"""The ladder of places free of infection: declared, reviewed, looked at, published, named, and lost when it ends.

Main words: unit (compound, community or village, street, district, city), standard one (zero occurrence), finding (a
suspected person, a fever or a contact until released), round (the day on which units are named), held, suspended,
cancelled. Start reading at rules.py, then course.py; the numbers are in policies/*/certification-*.yaml.
"""
