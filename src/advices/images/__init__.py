"""What is in an image.

Its archive, its layers, their files and their bytes as gzip, and what is remembered of layers.
"""

from advices.images.archive import StoredLayer, diff_ids, read_layers, unpacked
from advices.images.files import Entry, Listing, Tree
from advices.images.layers import METHOD, layers_of, learn, listings
from advices.images.memory import LayerMemory

__all__ = [
    "METHOD",
    "Entry",
    "LayerMemory",
    "Listing",
    "StoredLayer",
    "Tree",
    "diff_ids",
    "layers_of",
    "learn",
    "listings",
    "read_layers",
    "unpacked",
]
