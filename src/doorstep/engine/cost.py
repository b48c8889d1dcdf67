"""The price of an offer, in seconds: added travel, and a preference that outweighs any travel."""

# Per role that prefers somebody and gets somebody else. Longer than a year of driving, so that
# preferred resources always come first (product.md 7.4: "shown first, not guaranteed").
NOT_PREFERRED_S = 100_000_000


def preference_s(preferred: frozenset[int], ids: frozenset[int]) -> int:
    """What a role pays for a resource or crew (`ids`: the crew and its members)."""
    return NOT_PREFERRED_S if preferred and preferred.isdisjoint(ids) else 0
