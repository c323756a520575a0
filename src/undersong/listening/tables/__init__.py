"""What was learned: small tables, generated, readable."""
