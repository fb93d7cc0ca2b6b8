"""Who is in charge of what: posts, what a post may see and do, the stage, the declared risk, daily reports.

Main words: post (role at an area from a day until a day), scope (what a request may see), stage, daily report.
Start reading at rules.py, then permissions.py.
"""
