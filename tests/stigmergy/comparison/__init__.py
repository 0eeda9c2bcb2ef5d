"""Tests of `stigmergy compare`."""
