"""Functions of Python that do what the commands do; the commands call them."""
