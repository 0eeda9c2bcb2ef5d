"""Sessions of training in run folders: start, resume, extension."""
