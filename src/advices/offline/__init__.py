"""Work without a network: what labs need is prefetched, packed and carried to other engines."""

from advices.offline import prefetch, transfer
from advices.offline.prefetch import Prefetched, is_prefetched

__all__ = [
    "Prefetched",
    "is_prefetched",
    "prefetch",
    "transfer",
]
