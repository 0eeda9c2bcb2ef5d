"""Names of environments, and environments from names."""
