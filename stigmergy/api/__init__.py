"""Functions of Python that do what the commands do."""
