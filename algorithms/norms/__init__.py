"""Learners that infer norms from public sanctions."""
