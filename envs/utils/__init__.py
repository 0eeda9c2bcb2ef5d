"""Files and texts from users."""
