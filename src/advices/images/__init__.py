"""What is in an image.

Its archive, its layers, their files and their bytes as gzip, and what is remembered of layers.
"""

from advices.images.archive import StoredLayer, diff_ids, read_layers, unpacked
from advices.images.files import Entry, Listing, Tree
from advices.images.layers import layers_of, learn, listings
from advices.images.memory import LayerMemory
from advices.images.registry_sources import registry_sources

__all__ = [
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
    "registry_sources",
    "unpacked",
]
