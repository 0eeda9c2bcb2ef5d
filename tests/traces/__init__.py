"""Training of every learner at another revision and here, compared bit by bit.

The command is `python -m tests.traces REVISION`.
"""
