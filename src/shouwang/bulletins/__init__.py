"""What is told every day: proposed risk levels, the ranking of districts, the daily bulletin, the city screen.

Main words: bulletin, risk proposal, cluster, ranking, alert, reproduction number.
Start reading at rules.py.
"""
