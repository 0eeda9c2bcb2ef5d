"""Run folders: their files and their lock, training in one, and learners restored from it."""
