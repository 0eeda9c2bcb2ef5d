"""Other libraries, timed beside ours."""
