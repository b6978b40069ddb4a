"""Opportunities (Chancen): work, training, courses, flats and childcare places to be offered."""
