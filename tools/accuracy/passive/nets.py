"""The two networks of npm's @vladmandic/human that claim to tell a face from a picture, in plain numpy."""

import hashlib
import json
import pathlib

import cv2
import numpy

# Of @vladmandic/human 3.3.6 (MIT).
SHA256 = {
    "antispoof.json": "7fd698ae1cebabbcad79d3b8b448587b0365eb7911987418231bdcf36583112a",
    "antispoof.bin": "4490fecb2becdb6869edc7e60f5e59962be013a8def8719b1373afb0f905c094",
    "liveness.json": "9e51c8acf83b80abbf329b2735309ab5c90611c66905ade8b1bd130d473df9c8",
    "liveness.bin": "fc6a6b6b3b9721bdb8bff67a457a15b7cbfd81715cfb27f3e65b757e81dd663e",
}

# First output of TensorFlow.js 4.22 for the input whose value at column x, row y, channel c is
# ((x * (2 + c) + y * (3 - c)) mod 256) / 255.
KNOWN = {"antispoof": 0.7314975, "liveness": 0.7977501}

# From this on a face is taken for real in the package's demo/faceid (`minConfidence`).
OWN_THRESHOLD = 0.6


def weights(folder: pathlib.Path, name):
    """The tensors of a TensorFlow.js graph model by their names."""
    for file in (f"{name}.json", f"{name}.bin"):
        path = folder / file
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != SHA256[file]:
            raise SystemExit(f"{path} is not that of @vladmandic/human 3.3.6: npm pack @vladmandic/human@3.3.6")
    data, tensors, at = (folder / f"{name}.bin").read_bytes(), {}, 0
    for group in json.loads((folder / f"{name}.json").read_text())["weightsManifest"]:
        for it in group["weights"]:
            stored = numpy.dtype(it.get("quantization", it)["dtype"])
            count = int(numpy.prod(it["shape"]))
            values = numpy.frombuffer(data, stored, count, at).astype(it["dtype"])
            tensors[it["name"].removeprefix("StatefulPartitionedCall/sequential_1/")] = values.reshape(it["shape"])
            at += count * stored.itemsize
    return tensors


def convolution(planes, kernel, bias, same):
    """3 by 3, channels last."""
    if same:
        planes = numpy.pad(planes, ((1, 1), (1, 1), (0, 0)))
    # [height, width, channels, 3, 3]
    around = numpy.lib.stride_tricks.sliding_window_view(planes, (3, 3), (0, 1))
    return numpy.tensordot(around, kernel, ((3, 4, 2), (0, 1, 2))) + bias


def pooled(planes):
    """Largest of each 2 by 2; an odd last row or column is left out."""
    height, width, channels = planes.shape
    even = planes[: height // 2 * 2, : width // 2 * 2]
    return even.reshape(height // 2, 2, width // 2, 2, channels).max((1, 3))


def rectified(values):
    return numpy.maximum(values, 0)


class Antispoof:
    """128 px; P(real) as its author reads it. Here its logit."""

    side = 128

    def __init__(self, folder):
        named = weights(folder, "antispoof")
        self.w = [named["unknown"], *(named[f"unknown_{at}"] for at in range(9))]
        check("antispoof", 1 / (1 + numpy.exp(-self.run(known_input(self.side)))))

    def run(self, planes):
        for at in range(0, 6, 2):
            planes = rectified(pooled(convolution(planes, self.w[at], self.w[at + 1], same=False)))
        hidden = rectified(planes.ravel() @ self.w[6] + self.w[7])
        return float((hidden @ self.w[8] + self.w[9])[0])


class Liveness:
    """32 px; softmax of two, of which its author reads the first as P(live). Here the difference before the softmax."""

    side = 32

    def __init__(self, folder):
        self.w = weights(folder, "liveness")
        check("liveness", 1 / (1 + numpy.exp(-self.run(known_input(self.side)))))

    def run(self, planes):
        for at in range(1, 5):
            layer = f"conv2d_{at}"
            planes = rectified(
                convolution(planes, self.w[f"{layer}/Conv2D/ReadVariableOp"], self.w[f"{layer}/BiasAdd/ReadVariableOp"], same=True)
            )
            norm = f"batch_normalization_{at}/FusedBatchNormV3"
            planes = planes * self.w[f"{norm}/Scaled"] + self.w[f"{norm}/Offset"]
            if at % 2 == 0:
                planes = pooled(planes)
        hidden = rectified(self.dense(planes.ravel(), "dense_1"))
        hidden = hidden * self.w["batch_normalization_5/batchnorm/mul"] + self.w["batch_normalization_5/batchnorm/sub"]
        live, other = self.dense(hidden, "dense_2")
        return live - other

    def dense(self, values, layer):
        return values @ self.w[f"{layer}/MatMul/ReadVariableOp"] + self.w[f"{layer}/BiasAdd/ReadVariableOp"]


def known_input(side):
    y, x, c = numpy.mgrid[:side, :side, :3]
    return (x * (2 + c) + y * (3 - c)) % 256 / 255


def check(name, answer):
    if abs(answer - KNOWN[name]) > 1e-4:
        raise SystemExit(f"{name} answers {answer}, and TensorFlow.js {KNOWN[name]}")


def candidates(folder):
    """Signals by name: each network on two crops, and the one that OpenCV users trained (BGR) in both orders of channels."""
    antispoof, liveness = Antispoof(folder), Liveness(folder)

    def signal(net, scale, order):
        def value(face):
            # As the library: first the size of its mesh, then the network's, bilinear without a filter.
            crop = cv2.resize(face.square(scale), (256, 256), interpolation=cv2.INTER_LINEAR)
            crop = cv2.resize(crop, (net.side, net.side), interpolation=cv2.INTER_LINEAR)
            return float(net.run(crop[:, :, ::order] / 255))

        return value

    return {
        f"net {name}, crop {scale}": signal(net, scale, order)
        for name, net, order in (("antispoof", antispoof, 1), ("liveness", liveness, 1), ("liveness BGR", liveness, -1))
        for scale in (1.0, 1.4)
    }
