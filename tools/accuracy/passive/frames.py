"""Frames as the product makes them, and the face in each."""

import dataclasses
import pathlib

import boto3
import cv2
import numpy
from botocore.config import Config

# The client's longest side and best quality (client/src/liveness), then the server's (functions/liveness-challenge/src/still.rs).
LONGEST_SIDE_PX = 640
JPEG_QUALITIES = (85, 92)

# Frames of a clip: two a second, and no more than this many.
CLIP_INTERVAL_S = 0.5
CLIP_FRAMES = 24

# Where ArcFace's chip of 112 px shows pupils, nose and corners of the mouth, in pixels; from the left of the picture.
CHIP_PX = 112
CHIP_POINTS = numpy.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]]
)
LANDMARKS = ("eyeLeft", "eyeRight", "nose", "mouthLeft", "mouthRight")


@dataclasses.dataclass
class Face:
    """A frame (RGB) and the largest face in it: its box (left, top, width, height) and five landmarks, as shares of the frame."""

    frame: numpy.ndarray
    box: tuple[float, float, float, float]
    points: numpy.ndarray

    def box_px(self):
        """Left, top, width and height in pixels."""
        height, width = self.frame.shape[:2]
        left, top, wide, high = self.box
        return left * width, top * height, wide * width, high * height

    def chip(self):
        """The face upright and at one size: RGB of CHIP_PX by CHIP_PX, each pixel the mean of sixteen."""
        height, width = self.frame.shape[:2]
        fine = 4
        # Half a pixel: OpenCV counts from the middle of the first one.
        found = self.points * (width, height) - 0.5
        wanted = fine * (CHIP_POINTS + 0.5) - 0.5
        # Least-squares similarity: with points as complex numbers, wanted = turn * found + shift.
        z, w = (it[:, 0] + 1j * it[:, 1] for it in (found, wanted))
        centred = z - z.mean()
        turn = numpy.vdot(centred, w - w.mean()) / numpy.vdot(centred, centred)
        shift = w.mean() - turn * z.mean()
        matrix = numpy.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])
        side = fine * CHIP_PX
        warped = cv2.warpAffine(self.frame, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return cv2.resize(warped, (CHIP_PX, CHIP_PX), interpolation=cv2.INTER_AREA)

    def square(self, scale):
        """The square around the box's centre, `scale` times its longer side; what is outside of the frame is black."""
        left, top, wide, high = self.box_px()
        side = max(round(scale * max(wide, high)), 8)
        corner = (left + wide / 2 - side / 2, top + high / 2 - side / 2)
        matrix = numpy.array([[1, 0, -corner[0]], [0, 1, -corner[1]]])
        return cv2.warpAffine(self.frame, matrix, (side, side))

    def inside(self):
        """The middle of the face (60 % of the box) with the frame's own pixels."""
        left, top, wide, high = self.box_px()
        rows = slice(round(top + 0.2 * high), round(top + 0.8 * high))
        columns = slice(round(left + 0.2 * wide), round(left + 0.8 * wide))
        return self.frame[rows, columns]


class Finder:
    """Finds faces through a Rekognition endpoint, as the product does."""

    def __init__(self, endpoint):
        self.client = boto3.client(
            "rekognition",
            endpoint_url=endpoint,
            region_name="eu-central-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(read_timeout=120),
        )

    def faces(self, pictures):
        """A Face of each of `pictures` (RGB) in which there is one with all five landmarks inside of the frame."""
        return [face for picture in pictures if (face := self.face(picture)) is not None]

    def face(self, picture):
        frame = as_product(picture)
        data = encode(frame, 100)
        details = self.client.detect_faces(Image={"Bytes": data.tobytes()})["FaceDetails"]
        if not details:
            return None
        largest = max(details, key=lambda it: it["BoundingBox"]["Width"] * it["BoundingBox"]["Height"])
        box = tuple(largest["BoundingBox"][it] for it in ("Left", "Top", "Width", "Height"))
        found = {it["Type"]: (it["X"], it["Y"]) for it in largest["Landmarks"]}
        points = numpy.array([found[it] for it in LANDMARKS])
        inside = 0 <= points.min() and points.max() <= 1
        return Face(frame, box, points) if inside else None


def as_product(picture):
    """The picture as the product judges it: small enough, and encoded by client and server."""
    factor = LONGEST_SIDE_PX / max(picture.shape[:2])
    if factor < 1:
        size = (round(picture.shape[1] * factor), round(picture.shape[0] * factor))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    for quality in JPEG_QUALITIES:
        picture = decode(encode(picture, quality))
    return picture


def encode(picture, quality):
    return cv2.imencode(".jpg", picture[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]


def decode(data):
    return cv2.imdecode(data, cv2.IMREAD_COLOR)[:, :, ::-1]


def photo(path: pathlib.Path):
    """A photo's pixels (RGB)."""
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise SystemExit(f"{path} is no picture that OpenCV can read")
    return picture[:, :, ::-1]


def clip(path: pathlib.Path):
    """Pixels (RGB) of frames of a video, CLIP_INTERVAL_S apart; of a long one CLIP_FRAMES, spread over it."""
    video = cv2.VideoCapture(str(path))
    step = max(video.get(cv2.CAP_PROP_FPS) * CLIP_INTERVAL_S, video.get(cv2.CAP_PROP_FRAME_COUNT) / CLIP_FRAMES, 1)
    frames, at = [], 0
    while True:
        there, frame = video.read()
        if not there:
            break
        if len(frames) * step <= at:
            frames.append(frame[:, :, ::-1])
        at += 1
    if not frames:
        raise SystemExit(f"{path} is no video that OpenCV can read")
    return frames[:CLIP_FRAMES]


# What may change in a picture of a living person without making it an attack; sizes stay in proportion, so the face stays found.
def gamma(exponent):
    table = (255 * (numpy.arange(256) / 255) ** exponent).round().astype(numpy.uint8)
    return lambda frame: table[frame]


def half(frame):
    return cv2.resize(frame, (frame.shape[1] // 2, frame.shape[0] // 2), interpolation=cv2.INTER_AREA)


CHANGES = {
    "darker": gamma(1.5),
    "lighter": gamma(0.67),
    "half size": half,
    "JPEG 60": lambda frame: decode(encode(frame, 60)),
}


def changed(face, change):
    """The same face in a frame that `change` was done to before the product got it."""
    return dataclasses.replace(face, frame=as_product(change(face.frame)))
