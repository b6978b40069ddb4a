"""Integration plans (Integrationspläne): goals, steps, reviews, and what was agreed."""
