"""Turn an uploaded file into a safe thumbnail."""

from io import BytesIO

from django.core.files.base import ContentFile, File
from PIL import Image, ImageOps

# Only what browsers show. Pillow reads dozens of formats, and each is code that a stranger's
# file would reach.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 24_000_000  # a small file can unpack to an image that fills the memory
THUMBNAIL_SIDE = 320


class PictureError(ValueError):
    """The file is not a picture we accept. The message is for the visitor."""


def make_thumbnail(upload: File) -> ContentFile:
    """Return the upload as a small JPEG that holds pixels and nothing else."""
    if upload.size > MAX_BYTES:
        raise PictureError(f"This picture is larger than {MAX_BYTES // 1024**2} MB.")
    try:
        return _reencode(upload)
    except PictureError:
        raise
    except Exception as error:  # a broken file makes Pillow raise nearly anything
        raise PictureError(f"Choose a picture in one of these formats: {_names()}.") from error


def _reencode(upload: File) -> ContentFile:
    probe = _open(upload)  # reads the header only: nothing is unpacked yet
    if probe.width * probe.height > MAX_PIXELS:
        raise PictureError(f"This picture has more than {MAX_PIXELS // 10**6} megapixels.")
    probe.verify()

    image = _open(upload)  # again, because verify() leaves an image that cannot be read on
    if image.mode not in ("RGB", "RGBA", "L", "LA", "CMYK"):
        image = image.convert("RGBA")  # a palette cannot be scaled smoothly
    image.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    image = ImageOps.exif_transpose(image)

    # Pasting into a new image leaves everything but the pixels behind: place, camera, comments.
    clean = Image.new("RGB", image.size, "white")
    clean.paste(image.convert("RGB"), mask=_transparency(image))
    buffer = BytesIO()
    clean.save(buffer, "JPEG", quality=85, optimize=True)
    return ContentFile(buffer.getvalue(), name="thumbnail.jpg")


def _open(upload: File) -> Image.Image:
    upload.seek(0)
    return Image.open(upload, formats=FORMATS)


def _transparency(image: Image.Image) -> Image.Image | None:
    return image.getchannel("A") if "A" in image.getbands() else None


def _names() -> str:
    return ", ".join(FORMATS)
