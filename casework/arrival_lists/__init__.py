"""Lists of people who move in: read, looked at, and taken over as households with cases."""
