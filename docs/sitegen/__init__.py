"""Generation of the documentation site: pages of tasks and learners, reference, sources, links.

MkDocs calls `hooks.py`. Nothing here is part of the package.
"""
