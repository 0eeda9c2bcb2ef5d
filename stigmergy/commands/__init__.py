"""Commands of the command line, one module each with a function `main(args) -> exit status`."""
