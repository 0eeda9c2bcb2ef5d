"""Conversions to and from PettingZoo."""
