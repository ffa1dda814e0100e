"""Faces cut out of the package's group photos, and each as another camera or another day would show it.

They are seven different people: nobody stands in one photo twice, and those of the two photos differ to the eye.
"""

import functools
import io

from PIL import Image, ImageEnhance, ImageFilter, ImageOps

import pictures

# By what they wear or look like: the photo, and the middle of the face in it, in pixels. Found by eye.
PEOPLE = {
    "olive": ("sample6.jpg", 363, 650),
    "maroon": ("sample6.jpg", 764, 494),
    "stripes": ("sample6.jpg", 1283, 494),
    "green": ("sample6.jpg", 1578, 409),
    "peach": ("sample3.jpg", 679, 523),
    "black": ("sample3.jpg", 1180, 338),
    "plum": ("sample3.jpg", 1606, 430),
}
# What is cut out around the middle: all of the face, nothing of another.
SIZE = (320, 380)


class Portraits:
    """Portraits out of the samples in `folder`."""

    def __init__(self, folder):
        self.folder = folder

    @functools.cache
    def image(self, who):
        sample, x, y = PEOPLE[who]
        left, top = x - SIZE[0] // 2, y - SIZE[1] // 2
        with Image.open(self.folder / sample) as photo:
            return photo.convert("RGB").crop((left, top, left + SIZE[0], top + SIZE[1]))

    @functools.cache
    def jpeg(self, who, variant="as it is"):
        return VARIANTS[variant](self.image(who))

    @functools.cache
    def side_by_side(self, *people, scales=None, spoilt=None):
        """People in one picture; `scales` makes some larger than others, `spoilt` some worse."""
        n_people = len(people)
        files = [self.jpeg(who, how or "as it is") for who, how in zip(people, spoilt or [None] * n_people, strict=True)]
        images = [Image.open(io.BytesIO(it)) for it in files]
        parts = [ImageOps.scale(image, scale) for image, scale in zip(images, scales or [1] * n_people, strict=True)]
        canvas = Image.new("RGB", (sum(it.width for it in parts), max(it.height for it in parts)), pictures.GREY)
        left = 0
        for part in parts:
            canvas.paste(part, (left, 0))
            left += part.width
        return jpeg(canvas)

    @functools.cache
    def crowd(self, who, columns, rows, width=96):
        """The same face many times, in columns and rows."""
        part = ImageOps.scale(self.image(who), width / SIZE[0])
        canvas = Image.new("RGB", (part.width * columns, part.height * rows))
        for n in range(columns * rows):
            canvas.paste(part, (n % columns * part.width, n // columns * part.height))
        return jpeg(canvas)


def jpeg(image, quality=95):
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def png(image):
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def brightness(factor):
    return lambda image: jpeg(ImageEnhance.Brightness(image).enhance(factor))


def blurred(radius):
    return lambda image: jpeg(image.filter(ImageFilter.GaussianBlur(radius)))


def turned(orientation):
    return lambda image: pictures.rotated(jpeg(image), orientation)


# The same face in other bytes. {what was done: image to file}
SAME_FACE = {
    "two thirds of the size": lambda image: jpeg(ImageOps.scale(image, 2 / 3)),
    "twice the size": lambda image: jpeg(ImageOps.scale(image, 2)),
    "encoded coarsely": lambda image: jpeg(image, quality=50),
    "as a PNG": png,
    "mirrored": lambda image: jpeg(ImageOps.mirror(image)),
    "brighter": brightness(1.3),
    "darker": brightness(0.7),
    "on its side, by EXIF": turned(6),
    "upside down, by EXIF": turned(3),
}
# The same face, spoilt.
SPOILT = {
    "very small": lambda image: jpeg(ImageOps.scale(image, 0.27)),
    "very dark": brightness(0.14),
    "very blurred": blurred(6),
    "without its forehead": lambda image: jpeg(image.crop((0, 120, *image.size))),
}
VARIANTS = {"as it is": jpeg, **SAME_FACE, **SPOILT}
