"""How many listeners a test needs."""

from __future__ import annotations

import math

from scipy import stats

MOST = 2000


def mushra_listeners(
    difference: float, sd_listeners: float, sd_ratings: float, trials: int, alpha: float = 0.05, power: float = 0.8
) -> int | None:
    """Listeners for a paired t-test (two-sided) to find a mean difference of two systems; None above `MOST`.

    A listener's mean difference over `trials` varies by his own taste, `sd_listeners`, and by the scatter of a single
    difference of ratings, `sd_ratings`: sd² = sd_listeners² + sd_ratings² / trials. Power is that of the noncentral t
    (J. Cohen, *Statistical power analysis*, 1988).
    """
    if difference <= 0 or trials < 1:
        raise ValueError("the difference must be above 0, and there must be a trial")
    sd = math.sqrt(sd_listeners**2 + sd_ratings**2 / trials)
    for listeners in range(2, MOST + 1):
        freedom = listeners - 1
        critical = stats.t.ppf(1 - alpha / 2, freedom)
        shift = difference / max(sd, 1e-9) * math.sqrt(listeners)
        reached = stats.nct.sf(critical, freedom, shift) + stats.nct.cdf(-critical, freedom, shift)
        # Far out the noncentral t is not a number; there it is certain.
        if reached >= power or (math.isnan(reached) and shift > critical + 10):
            return listeners
    return None


def abx_listeners(share: float, trials: int, alpha: float = 0.05, power: float = 0.8) -> int | None:
    """Listeners for an exact binomial test (one-sided) to find that a share of answers is right; None above `MOST`.

    Answers are taken as independent: it is so only where listeners hear equally well.
    """
    if not 0.5 < share <= 1 or trials < 1:
        raise ValueError("the share must be above 0.5, and there must be a trial")
    for listeners in range(1, MOST + 1):
        count = listeners * trials
        least = stats.binom.isf(alpha, count, 0.5) + 1
        if stats.binom.sf(least - 1, count, share) >= power:
            return listeners
    return None
