"""What was learned: small generated tables, with where they come from."""
