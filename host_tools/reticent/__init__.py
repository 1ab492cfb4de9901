"""Reticent's host tools: orders, simulation, collector, archive, audit."""
