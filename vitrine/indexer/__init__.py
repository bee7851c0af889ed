"""Events into SQL: every balance, account, auction and price, rebuilt from what the contracts said alone."""
