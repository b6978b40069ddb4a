"""What the data say together: duplicates, and what needs somebody today."""
