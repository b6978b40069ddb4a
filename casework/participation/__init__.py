"""When somebody does not take part: dated facts, their own account, a next step, a ladder."""
