"""Support balance: nobody twice, nobody forgotten."""
