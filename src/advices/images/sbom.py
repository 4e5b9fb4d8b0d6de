"""The SBOM of an image: what its lists name, as CycloneDX, checked against the schema.

Source: https://cyclonedx.org/docs/1.6/json/. The library brings the schemas along, so the check
needs no network.
"""

from __future__ import annotations

from collections.abc import Mapping

from packageurl import PackageURL

from advices.core import ResultInvalid
from advices.images.inventory import Inventory

_LABELS = "org.opencontainers.image."


def cyclonedx(found: Inventory, name: str, image_id: str, labels: Mapping[str, str]) -> str:
    """Return the CycloneDX 1.6 document of an image as JSON text.

    It has a component for each package that a list in the image names, with the list that names
    it, and the image's labels about its origin. Raises ResultInvalid if it does not fit the schema.
    """
    from cyclonedx.model import Property
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.output import make_outputter
    from cyclonedx.schema import OutputFormat, SchemaVersion

    bom = Bom(
        components=[
            Component(
                type=ComponentType.LIBRARY,
                name=one.name,
                version=one.version,
                purl=PackageURL.from_string(one.purl),
                bom_ref=one.purl,
                properties=[Property(name="docker-advices:listed-in", value=f"/{one.listed_in}")],
            )
            for one in found.components
        ]
    )
    bom.metadata.component = Component(
        type=ComponentType.CONTAINER,
        name=name,
        version=image_id,
        bom_ref=image_id,
        properties=[
            Property(name=key, value=value)
            for key, value in sorted(labels.items())
            if key.startswith(_LABELS) and value
        ],
    )
    bom.register_dependency(bom.metadata.component, bom.components)
    text = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=2)
    if fault := fault_of(text):
        raise ResultInvalid(
            f"{name}: its SBOM does not fit CycloneDX's schema",
            why=fault,
            next_step="find the package in the image that the message names: its metadata is odd",
        )
    return text


def fault_of(document: str) -> str:
    """Return what in a document does not fit the schema of CycloneDX 1.6, "" if all of it does."""
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(document)
    return str(fault).splitlines()[0] if fault is not None else ""
