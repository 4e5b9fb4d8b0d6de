"""What is in an image.

Its archive, its layers, their files and their bytes as gzip, what is remembered of layers, which
packages its lists name, and the SBOM of them.
"""

from advices.images.archive import layer_files, read_images
from advices.images.distributions import PackageFolders
from advices.images.files import LISTING_METHOD, Entry, Listing, Tree
from advices.images.gzip_bytes import COMPRESSOR, WEIGHING_METHOD
from advices.images.inventory import Inventory, inventory_of
from advices.images.layers import METHOD, base_sizes, layers_of, learn, listings
from advices.images.memory import LayerMemory, Sizes
from advices.images.registry_sources import registry_sources
from advices.images.sbom import cyclonedx
from advices.images.texts import look_for

__all__ = [
    "COMPRESSOR",
    "LISTING_METHOD",
    "METHOD",
    "WEIGHING_METHOD",
    "Entry",
    "Inventory",
    "LayerMemory",
    "Listing",
    "PackageFolders",
    "Sizes",
    "Tree",
    "base_sizes",
    "cyclonedx",
    "inventory_of",
    "layer_files",
    "layers_of",
    "learn",
    "listings",
    "look_for",
    "read_images",
    "registry_sources",
]
