"""The contract of learners, and what they are given to learn from."""
