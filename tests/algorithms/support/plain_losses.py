"""The losses of the PPO family written from their equations, a row at a time in plain Python.

Slow, and apart from the code under test.
"""

import math


def softmax(logits, legal):
    """Probabilities of all actions; 0 for those that are not legal."""
    top = max(x for x, ok in zip(logits, legal) if ok)
    weights = [math.exp(x - top) if ok else 0.0 for x, ok in zip(logits, legal)]
    return [w / sum(weights) for w in weights]


def categorical_kl(old, new):
    """KL(old || new) of two vectors of probabilities."""
    return sum(p * math.log(p / q) for p, q in zip(old, new) if p > 0)


def gaussian_kl(old_mean, old_deviation, mean, deviation):
    """KL(old || new) of two diagonal normal distributions."""
    total = 0.0
    for a, s, b, t in zip(old_mean, old_deviation, mean, deviation):
        total += math.log(t / s) + (s * s + (a - b) ** 2) / (2 * t * t) - 0.5
    return total


def clipped_loss(ratios, advantages, clip):
    """PPO's objective (Schulman et al. 2017, equation 7), to be minimised."""
    gains = [min(r * a, max(min(r, 1 + clip), 1 - clip) * a) for r, a in zip(ratios, advantages)]
    return -sum(gains) / len(gains)


def penalized_loss(ratios, advantages, divergences, root_weight, weight):
    """DPO's objective, to be minimised."""
    count = len(ratios)
    gain = sum(r * a for r, a in zip(ratios, advantages)) / count
    root = sum(math.sqrt(max(d + 1e-12, 1e-12)) for d in divergences) / count
    return -gain + root_weight * root + weight * sum(divergences) / count


def value_loss(values, old_values, targets, clip):
    """The larger of the clipped and the unclipped squared error, on average."""
    errors = []
    for value, old, target in zip(values, old_values, targets):
        near = old + max(min(value - old, clip), -clip)
        errors.append(max((value - target) ** 2, (near - target) ** 2))
    return sum(errors) / len(errors)
