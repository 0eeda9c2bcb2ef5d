"""Networks with a leading agent axis, optimizers and distributions."""
