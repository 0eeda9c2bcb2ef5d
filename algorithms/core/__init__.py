"""Contract of learners, and the experience that they learn from."""
