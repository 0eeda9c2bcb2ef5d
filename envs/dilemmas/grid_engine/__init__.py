"""The grid engine of the dilemmas: avatars, beams, sanctions, observations and pictures."""
