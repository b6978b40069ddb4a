"""Questionnaires: XLSForm definitions, their expressions, and filling them in.

`definitions` is the data, `forms.compile_form` makes it fast, `filling.fill` looks at
answers through it, `verbs` imports and publishes. `docs/questionnaires.md` tells it as a whole.
"""
