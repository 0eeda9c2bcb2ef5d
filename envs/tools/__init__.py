"""Conformance cards, fingerprints, traces and recordings of environments."""
