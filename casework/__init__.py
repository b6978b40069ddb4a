"""The domain of Lotse: people, cases, referrals and what follows from them.

It knows neither door and imports no web framework. Imports only go down; the
ladder stands in `pyproject.toml`.
"""
