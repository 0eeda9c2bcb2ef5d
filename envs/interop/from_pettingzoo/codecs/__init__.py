"""Values of PettingZoo environments as rows of a batch, and back."""
