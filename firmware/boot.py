"""Runs before main.py. Nothing is done here: what main.py needs, main.py sets up."""
