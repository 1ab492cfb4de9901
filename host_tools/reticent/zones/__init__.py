"""Zones before they are an order's: what the tag's own geometry says of them, and how they look."""
