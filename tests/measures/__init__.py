"""Every measure is held to a slow calculation in plain Python, in random small worlds."""
