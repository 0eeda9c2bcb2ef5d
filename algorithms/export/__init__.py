"""Exported policies: the file, its loaders, and a learner that plays one."""
