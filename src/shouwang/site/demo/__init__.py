"""A made-up Wuhan at any scale: compounds, people, an epidemic, staff and closures, put in through the ordinary doors.

Main words: scale (1 is the whole city), compound, home, timeline. Everything is a pure function of a seed.
Start reading at run.py for the order of things, at city.py for the places.
"""
