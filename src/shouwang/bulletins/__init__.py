"""What is told every day: proposed risk levels, the ranking of districts, the daily bulletin, the city screen.

Main words: bulletin, risk proposal, cluster, ranking.
Start reading at rules.py.
"""
