"""Known answers on a common pool under a population, in continuous time.

A share x of N harvesters makes the effort e_C and the others e_D > e_C. The resource grows
logistically and is taken in proportion to effort. Harvesters imitate those that earn more (the
replicator equation), change at random, or turn to cooperation as the resource gets scarce:

    dR/dt = r R (1 - R / K) - N (x e_C + (1 - x) e_D) R
    dx/dt = k x (1 - x) (pi_C - pi_D + s) + mu (1 - 2 x) + sigma (1 - R / K) (1 - x)
    pi = e (p R - c)

The regimes: for a fixed x the resource settles at K (1 - E / r), E being the effort of all. Left
to payoffs alone x goes to 0. A sanction s of defectors above their gain keeps all cooperating; a
smaller one keeps R where the gain equals s, or fails. Mutation keeps x between 0 and 1/2. If
harvesters come and go with profit, R falls until there is none, at c / p (Gordon 1954).

The logistic harvest is that of Gordon and Schaefer; the coupling with strategies is a simple form
chosen in this package.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Change = Callable[[NDArray[np.float64]], NDArray[np.float64]]


@dataclass(frozen=True)
class Population:
    """A population of harvesters and its resource; efforts and rates are per unit of time."""

    num_agents: int = 4
    """Harvesters (N)."""
    growth: float = 0.3
    """Growth of the resource while it is scarce (r)."""
    capacity: float = 1.0
    """Limit to which the resource grows (K)."""
    cooperative_effort: float = 0.0375
    """Effort of a cooperator (e_C)."""
    defecting_effort: float = 0.075
    """Effort of a defector (e_D)."""
    price: float = 1.0
    """Payoff of a unit of the resource (p)."""
    cost: float = 0.1
    """Cost of an effort of 1 (c)."""
    imitation: float = 20.0
    """Rate at which harvesters imitate a strategy that pays more (k)."""
    sanction: float = 0.0
    """Loss of a defector (s)."""
    mutation: float = 0.0
    """Rate at which a harvester changes at random (mu)."""
    scarcity: float = 0.0
    """Rate at which a defector turns to cooperation once the resource is gone (sigma)."""

    def gain(self, resource: float) -> float:
        """Payoff of a defector less that of a cooperator, before sanctions."""
        return (self.defecting_effort - self.cooperative_effort) * (self.price * resource - self.cost)

    def settles_at(self, share: float) -> float:
        """The resource in the long run if `share` of the harvesters always cooperate."""
        mean = share * self.cooperative_effort + (1 - share) * self.defecting_effort
        return steady_resource(self.num_agents * mean, self.growth, self.capacity)


def steady_resource(effort: float, growth: float, capacity: float) -> float:
    """Steady resource under a fixed effort of all, K (1 - E / r); 0 from E = r on."""
    return capacity * max(1 - effort / growth, 0.0)


def largest_yield(growth: float, capacity: float) -> float:
    """Largest sustainable harvest in a unit of time, r K / 4, at the effort r / 2."""
    return growth * capacity / 4


def evolve(population: Population, share: float, resource: float, time: float, dt: float = 0.05) -> NDArray[np.float64]:
    """Integrate the share of cooperators and the resource over time, `(steps + 1, 2)`."""
    q = population

    def change(now: NDArray[np.float64]) -> NDArray[np.float64]:
        x, left = float(now[0]), float(now[1])
        effort = q.num_agents * (x * q.cooperative_effort + (1 - x) * q.defecting_effort)
        scarce = 1 - left / q.capacity
        imitated = q.imitation * x * (1 - x) * (q.sanction - q.gain(left))
        turned = q.mutation * (1 - 2 * x) + q.scarcity * scarce * (1 - x)
        return np.array([imitated + turned, q.growth * left * scarce - effort * left])

    return _integrate(change, np.array([share, resource]), time, dt)


def open_access(
    population: Population, effort: float, resource: float, time: float, entry: float = 1.0, dt: float = 0.05
) -> NDArray[np.float64]:
    """Integrate the effort of all and the resource under free entry, `(steps + 1, 2)`.

    Effort comes and goes with profit: dE/dt = entry E (p R - c).
    """
    q = population

    def change(now: NDArray[np.float64]) -> NDArray[np.float64]:
        total, left = float(now[0]), float(now[1])
        profit = q.price * left - q.cost
        return np.array([entry * total * profit, q.growth * left * (1 - left / q.capacity) - total * left])

    return _integrate(change, np.array([effort, resource]), time, dt)


def _integrate(change: Change, start: NDArray[np.float64], time: float, dt: float) -> NDArray[np.float64]:
    """Integrate by the Runge-Kutta method of order 4."""
    trace = np.empty((round(time / dt) + 1, len(start)))
    trace[0] = start
    for t in range(len(trace) - 1):
        now = trace[t]
        first = change(now)
        second = change(now + dt / 2 * first)
        third = change(now + dt / 2 * second)
        fourth = change(now + dt * third)
        trace[t + 1] = now + dt / 6 * (first + 2 * second + 2 * third + fourth)
    return trace
