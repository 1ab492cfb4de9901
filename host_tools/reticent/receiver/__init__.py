"""Receivers: what a log of one holds, as the tag would read it."""
