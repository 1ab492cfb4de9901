"""Zones before they are an order's: what the tag's own geometry says, and how they look."""
