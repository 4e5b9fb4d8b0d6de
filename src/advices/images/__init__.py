"""What is in an image.

Its archive, its layers, their files and their bytes as gzip, and what is remembered of layers.
"""

from advices.images.archive import layer_files, read_images
from advices.images.files import LISTING_METHOD, Entry, Listing, Tree
from advices.images.gzip_bytes import COMPRESSOR, WEIGHING_METHOD
from advices.images.layers import METHOD, base_sizes, layers_of, learn, listings
from advices.images.memory import LayerMemory, Sizes
from advices.images.registry_sources import registry_sources

__all__ = [
    "COMPRESSOR",
    "LISTING_METHOD",
    "METHOD",
    "WEIGHING_METHOD",
    "Entry",
    "LayerMemory",
    "Listing",
    "Sizes",
    "Tree",
    "base_sizes",
    "layer_files",
    "layers_of",
    "learn",
    "listings",
    "read_images",
    "registry_sources",
]
