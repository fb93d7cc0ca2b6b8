"""The street door: settings, urls, the command line, the day's schedule and processes. Composes; decides nothing.

Main words: environment, schedule, up.
Start reading at schedule.py for what a day does, at urls.py for what can be opened.
"""
