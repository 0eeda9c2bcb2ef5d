"""PettingZoo's views of our environments."""
