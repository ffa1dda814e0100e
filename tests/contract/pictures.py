"""Pictures made for one property each."""

import io
import struct
import zlib

from PIL import Image

GREY = (120, 130, 140)


def encode(width, height, kind="JPEG", mode="RGB", **options):
    out = io.BytesIO()
    color = GREY if mode == "RGB" else 128 if mode in ("L", "I;16") else (10, 20, 30, 40)
    Image.new(mode, (width, height), color).save(out, kind, **options)
    return out.getvalue()


def jpeg(width=200, height=100, **options):
    return encode(width, height, "JPEG", **options)


def png(width=200, height=100, **options):
    return encode(width, height, "PNG", **options)


def padded(picture, size):
    """The same picture with bytes after its end, as phones append them."""
    return picture + bytes(size - len(picture))


def rotated(picture, orientation):
    """The same pixels stored as a camera does that was held another way; looks the same to whoever applies EXIF."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    undo = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    image.transpose(undo).save(out, "JPEG", quality=95, exif=exif)
    return out.getvalue()


def huge_png_header(width=20_000, height=20_000):
    """A PNG that promises many pixels in few bytes."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")


def animated_png():
    out = io.BytesIO()
    frames = [Image.new("RGB", (100, 100), (shade, 0, 0)) for shade in (0, 120, 240)]
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:], duration=100)
    return out.getvalue()
