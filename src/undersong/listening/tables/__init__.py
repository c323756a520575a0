"""What was learned from tunes: small generated tables, each with where it comes from."""
