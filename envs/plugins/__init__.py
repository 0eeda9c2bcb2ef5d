"""Importing of users' code, known by the digest of its sources."""
