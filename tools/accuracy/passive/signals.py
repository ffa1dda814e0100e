"""Numbers computed from one face; which side of each is suspicious is for the measurement to say."""

import cv2
import numpy


def luma(picture):
    """BT.601 luma, 0 to 255."""
    return cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(numpy.float64)


def lbp_codes(plane):
    """Local binary patterns of eight neighbours, one byte a pixel (Ojala et al. 2002); without the outermost pixels."""
    middle = plane[1:-1, 1:-1]
    around = [(0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0)]
    height, width = middle.shape
    bits = (plane[y : y + height, x : x + width] >= middle for y, x in around)
    return sum(bit.astype(numpy.uint8) << at for at, bit in enumerate(bits))


def _uniform():
    """Class of each pattern: one for each of the 58 with at most two changes around the circle, and one for all others."""
    classes, following = numpy.full(256, 58), 0
    for code in range(256):
        turned = code >> 1 | (code & 1) << 7
        if (code ^ turned).bit_count() <= 2:
            classes[code] = following
            following += 1
    return classes


UNIFORM = _uniform()


def lbp_histogram(plane):
    """Shares of the 59 classes of uniform patterns."""
    classes = UNIFORM[lbp_codes(plane)].ravel()
    return numpy.bincount(classes, minlength=59) / classes.size


def lbp_entropy(face):
    """Entropy of the histogram of patterns: how varied the fine texture is."""
    shares = lbp_histogram(luma(face.chip()))
    shares = shares[0 < shares]
    return float(-(shares * numpy.log2(shares)).sum())


def lbp_rough(face):
    """Share of patterns that are not uniform: noise and dots of print."""
    return float(lbp_histogram(luma(face.chip()))[58])


def difference_of_gaussians(face):
    """Energy between blurs of 0.5 and 1 px, of the contrast (the band of Tan et al. 2010, who made NUAA)."""
    plane = luma(face.chip())
    band = cv2.GaussianBlur(plane, (0, 0), 0.5) - cv2.GaussianBlur(plane, (0, 0), 1.0)
    return float(band.std() / plane.std())


def blur(face):
    """Variance of the Laplacian, of the luma's, on the upright face."""
    plane = luma(face.chip())
    return float(cv2.Laplacian(plane, cv2.CV_64F).var() / plane.var())


def _spectrum(plane):
    """Power of the windowed plane and each bin's frequency in cycles a pixel."""
    height, width = plane.shape
    window = numpy.outer(numpy.hanning(height), numpy.hanning(width))
    power = numpy.abs(numpy.fft.fft2((plane - plane.mean()) * window)) ** 2
    frequency = numpy.hypot(numpy.fft.fftfreq(height)[:, None], numpy.fft.fftfreq(width)[None, :])
    return power, frequency


def high_frequencies(face):
    """Share of the power above a sixth of a cycle a pixel, on the upright face (after Li et al. 2004), as a logarithm."""
    power, frequency = _spectrum(luma(face.chip()))
    return float(numpy.log10(power[1 / 6 < frequency].sum() / power.sum()))


def moire(face):
    """Highest peak of the spectrum over its ring's median, in the frame's own pixels, as a logarithm: a screen's grid."""
    power, frequency = _spectrum(luma(face.inside()))
    rings = (frequency * 40).astype(int)
    # From 0.1 cycles a pixel, below which a face has peaks of its own, to 0.5.
    peaks = [power[rings == ring].max() / numpy.median(power[rings == ring]) for ring in range(4, 20)]
    return float(numpy.log10(max(peaks)))


def _hsv(face):
    hsv = cv2.cvtColor(face.chip(), cv2.COLOR_RGB2HSV).astype(numpy.float64)
    return hsv[:, :, 1] / 255, hsv[:, :, 2] / 255


def saturation(face):
    """Mean saturation."""
    return float(_hsv(face)[0].mean())


def specular(face):
    """Share of pixels that are half as bright again as the face and a good deal paler (after Wen et al. 2015)."""
    pale, bright = _hsv(face)
    return float(((1.5 * bright.mean() < bright) & (pale < 0.7 * pale.mean())).mean())


def chroma(face):
    """Spread of the two chroma planes."""
    planes = cv2.cvtColor(face.chip(), cv2.COLOR_RGB2YCrCb)[:, :, 1:].astype(numpy.float64)
    return float(planes.std((0, 1)).sum())


def colours(face):
    """Different colours of 32,768, of all pixels of the upright face (after Wen et al. 2015)."""
    coarse = (face.chip() >> 3).astype(int)
    return len(numpy.unique(coarse @ (1024, 32, 1))) / coarse[:, :, 0].size


def shading(face):
    """Contrast of what a blur of 8 px leaves: the light on the face's form."""
    plane = luma(face.chip())
    return float(cv2.GaussianBlur(plane, (0, 0), 8).std() / plane.mean())


CANDIDATES = {
    "LBP entropy": lbp_entropy,
    "LBP, not uniform": lbp_rough,
    "difference of Gaussians": difference_of_gaussians,
    "Laplacian": blur,
    "high frequencies": high_frequencies,
    "moiré peak": moire,
    "saturation": saturation,
    "specular share": specular,
    "chroma spread": chroma,
    "different colours": colours,
    "shading": shading,
}

# What says nothing about life, and differs between any two recordings.
PLAIN = {
    "mean luma": lambda face: float(luma(face.chip()).mean()),
    "contrast": lambda face: float(luma(face.chip()).std()),
    "width of the face": lambda face: float(face.box_px()[2]),
}


def texture(face):
    """Histograms of patterns of luma and both chroma planes (Boulkenafet et al. 2015): 177 numbers, to be weighted."""
    planes = cv2.cvtColor(face.chip(), cv2.COLOR_RGB2YCrCb)
    return numpy.sqrt(numpy.concatenate([lbp_histogram(planes[:, :, at]) for at in range(3)]))
