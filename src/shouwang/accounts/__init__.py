"""Who signs in: accounts with a password and a second factor, their sessions and lock-outs.

Main words: account, session, second factor. What an account may do comes from its posts, in the command room.
Start reading at models.py.
"""
