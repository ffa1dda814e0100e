"""Cuts clips of people out of videos, for a camera that a test plays to the page of the liveness check.

    python tools/films/clips.py --videos ../shared/data/evaluation/videos --into target/xtask/films/clips

Writes `NAME.i420` (frames of planar YUV 4:2:0, one behind the other) and `NAME.json` (their size, and where the nose and the
face are in each, in pixels, as the local Rekognition endpoint at VISAVIS_AWS_URL sees them). Every clip is scaled so that the
face of its first frame has the same width, is put in the middle, and has a wide border, so that the picture can be moved
about as a person moves in front of a camera.
"""

import argparse
import io
import json
import os
import pathlib
import sys
from dataclasses import dataclass

import boto3
import imageio_ffmpeg
import numpy as np
from PIL import Image


@dataclass(frozen=True)
class Cut:
    """A part of a video."""

    name: str
    video: str
    first_frame: int
    """Counted from 0."""
    frames: int
    face_width: int
    """Of the first frame, in pixels, in the clip."""
    size: tuple[int, int]
    """Width and height of the clip in pixels; even."""


# A face 205 px wide fills 30 to 45 % of the area that the server asks for in 640 x 480 px. The border of 120 px is how far the
# picture can be moved.
STAGE = (880, 720)
CUTS = [
    # A woman who looks straight ahead turns her head to her left, by 22 degrees, and stays there (frames counted by hand).
    Cut("turn", "lp_d3_woman_turns_surprise.mp4", 237, 34, 205, STAGE),
    # A man who looks at the camera.
    Cut("calm", "lp_d0_man_neutral_smile.mp4", 0, 10, 205, STAGE),
    # The same man, further away: somebody who looks over a shoulder.
    Cut("beside", "lp_d0_man_neutral_smile.mp4", 0, 10, 110, (180, 240)),
]


def frames_of(video: pathlib.Path, cut: Cut):
    reader = imageio_ffmpeg.read_frames(str(video))
    width, height = next(reader)["size"]
    try:
        for number, data in enumerate(reader):
            if number >= cut.first_frame + cut.frames:
                return
            if number >= cut.first_frame:
                yield np.frombuffer(data, np.uint8).reshape(height, width, 3)
    finally:
        reader.close()


def look(rekognition, picture: np.ndarray) -> dict:
    """The one face of a picture, in its pixels."""
    height, width, _ = picture.shape
    jpeg = io.BytesIO()
    Image.fromarray(picture).save(jpeg, "JPEG", quality=92)
    faces = rekognition.detect_faces(Image={"Bytes": jpeg.getvalue()})["FaceDetails"]
    if len(faces) != 1:
        raise SystemExit(f"{len(faces)} faces where one was expected")
    face = faces[0]
    nose = next(it for it in face["Landmarks"] if it["Type"] == "nose")
    box = face["BoundingBox"]
    return {
        "nose": {"x": nose["X"] * width, "y": nose["Y"] * height},
        "face": {
            "left": box["Left"] * width, "top": box["Top"] * height,
            "width": box["Width"] * width, "height": box["Height"] * height,
        },
        "yawDegrees": face["Pose"]["Yaw"],
    }


def placed(picture: np.ndarray, scale: float, middle: tuple[float, float], size: tuple[int, int]) -> np.ndarray:
    """The picture scaled, with `middle` (in its pixels) in the middle; its edges go on as far as the border reaches."""
    width, height = size
    # Where the border begins, in pixels of the clip.
    left, top = (round(side / 2 - scale * at) for side, at in zip(size, middle))
    scaled = Image.fromarray(picture).resize((round(scale * picture.shape[1]), round(scale * picture.shape[0])), Image.LANCZOS)
    columns = np.clip(np.arange(width) - left, 0, scaled.width - 1)
    rows = np.clip(np.arange(height) - top, 0, scaled.height - 1)
    return np.asarray(scaled)[rows[:, None], columns[None, :]]


def i420(picture: np.ndarray) -> bytes:
    """Planes of a picture: luma, and both chromas at half the size (ITU-R BT.601, as Y4M has it)."""
    # Pillow's planes use all of 0 to 255, a camera's luma 16 to 235 and its chroma 16 to 240.
    planes = np.asarray(Image.fromarray(picture).convert("YCbCr"), np.float32)
    planes = np.rint(planes * [219 / 255, 224 / 255, 224 / 255] + [16, 16, 16]).astype(np.uint8)
    y, cb, cr = (np.ascontiguousarray(planes[:, :, at]) for at in range(3))
    half = [np.asarray(Image.fromarray(it).resize((it.shape[1] // 2, it.shape[0] // 2), Image.BOX)) for it in (cb, cr)]
    return y.tobytes() + half[0].tobytes() + half[1].tobytes()


def make(rekognition, videos: pathlib.Path, into: pathlib.Path, cut: Cut) -> None:
    pictures = list(frames_of(videos / cut.video, cut))
    if len(pictures) != cut.frames:
        raise SystemExit(f"{cut.video} has {len(pictures)} of {cut.frames} frames")
    # Looked at with a border, because a face at the edge of its video is not found.
    sizes = (2 * pictures[0].shape[1], 2 * pictures[0].shape[0])
    centre = (pictures[0].shape[1] / 2, pictures[0].shape[0] / 2)
    face = look(rekognition, placed(pictures[0], 1.0, centre, sizes))["face"]
    middle = (
        face["left"] + face["width"] / 2 - sizes[0] / 2 + centre[0],
        face["top"] + face["height"] / 2 - sizes[1] / 2 + centre[1],
    )
    scale = cut.face_width / face["width"]
    ready = [placed(it, scale, middle, cut.size) for it in pictures]
    seen = [look(rekognition, it) for it in ready]
    (into / f"{cut.name}.i420").write_bytes(b"".join(i420(it) for it in ready))
    about = {"width": cut.size[0], "height": cut.size[1], "frames": seen}
    (into / f"{cut.name}.json").write_text(json.dumps(about), encoding="utf-8")
    print(f"{cut.name}: {len(ready)} frames, yaw {seen[0]['yawDegrees']:.0f} to {seen[-1]['yawDegrees']:.0f} degrees")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--videos", type=pathlib.Path, required=True, help="folder of the videos")
    parser.add_argument("--into", type=pathlib.Path, required=True, help="folder for the clips")
    args = parser.parse_args()
    missing = sorted({it.video for it in CUTS if not (args.videos / it.video).is_file()})
    if missing:
        sys.exit(f"{args.videos} lacks {', '.join(missing)}: they are evaluation data and not part of this repository")
    args.into.mkdir(parents=True, exist_ok=True)
    rekognition = boto3.client(
        "rekognition", endpoint_url=os.environ["VISAVIS_AWS_URL"], region_name="eu-west-1",
        aws_access_key_id="test", aws_secret_access_key="test",
    )
    for cut in CUTS:
        make(rekognition, args.videos, args.into, cut)


if __name__ == "__main__":
    main()
