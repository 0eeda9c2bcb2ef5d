"""Training of every learner at another revision and here, compared bit by bit: `python -m
tests.traces REVISION`.
"""
