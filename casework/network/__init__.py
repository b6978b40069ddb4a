"""The network: contacts at organisations and offices, what was said, meetings and decisions.

Nothing in this room knows of cases: police and other offices are contacts and see none.
"""
