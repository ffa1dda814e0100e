"""Detection, landmarks, expression, age and gender, and the embedding, of the faces of one photo on one thread, by contenders
taking turns:

- ours: the engine's own example program, built with --release;
- ONNX Runtime, plain: the same networks in the reference library's pipeline, one look each, with pre- and post-processing in
  numpy and Pillow. The engine looks more often than that, because it finds more faces and better points that way;
- ONNX Runtime, same runs: every run of a network that the engine made for this photo, at the same input size;
- the reference library in Node, on TensorFlow.js's WebAssembly backend.

    python tools/bench/bench.py [--rounds 10] [--portrait] [--write docs/bench.md]

The photo is a group at 1920 x 1080; with --portrait it is one face in 250 x 250, and only what recognizing takes is done:
detection, landmarks, embedding.

Machines are shared and differ, so what counts are the ratios: each round runs every contender once, a ratio is taken within
the round, and the median of the ratios is what is printed. Milliseconds are medians too. Decoding the JPEG is not counted.
"""

import argparse
import datetime
import json
import math
import pathlib
import platform
import statistics
import subprocess
import sys
import time

import numpy
import onnxruntime
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
PACKAGE = HERE / "node_modules/@vladmandic/face-api"
ENGINE = ROOT / "target/release/examples/engine_bench"
MODELS = ROOT / "models/weights"
WORK = ROOT / "target/bench"

STAGES = ["detect_ms", "landmarks_ms", "expression_ms", "age_gender_ms", "embed_ms"]
RECOGNITION = ["detect_ms", "landmarks_ms", "embed_ms"]
# Which stage a network works for. The engine also tells age and gender by the descriptor: once for each face, as against the
# two looks of an embedding.
STAGE_OF = {
    "ssd_mobilenetv1": "detect_ms",
    "face_landmark_68": "landmarks_ms",
    "face_expression": "expression_ms",
    "age_gender": "age_gender_ms",
}
# Faces below this are not counted; the engine's and the reference library's default.
MIN_SCORE = 0.5
# Overlap above which the weaker of two boxes goes; the reference library's.
MAX_IOU = 0.5
MARKS = ("<!-- bench: begin -->", "<!-- bench: end -->")
PORTRAIT_MARKS = ("<!-- portrait: begin -->", "<!-- portrait: end -->")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--photo", type=pathlib.Path, default=PACKAGE / "demo/sample5.jpg")
    parser.add_argument("--portrait", action="store_true", help="one face in 250 x 250 instead of a group at 1920 x 1080")
    parser.add_argument("--write", type=pathlib.Path, help="Markdown file whose marked block becomes the table")
    arguments = parser.parse_args()
    if arguments.rounds < 1:
        parser.error("--rounds must be at least 1")
    for path, cure in (
        (ENGINE, "cargo build --release -p face-engine --example engine_bench"),
        (MODELS / "index.toml", "cargo xtask models"),
        (PACKAGE, "npm ci, in tools/bench"),
    ):
        if not path.exists():
            sys.exit(f"{path.relative_to(ROOT)} is missing: {cure}")

    photo, pixels, label = portrait(arguments.photo) if arguments.portrait else full_hd(arguments.photo)
    ours = Ours(photo)
    contenders = {"ours": ours, "ONNX Runtime (plain)": OnnxRuntime(pixels)}
    runs = ours.run().get("runs")
    if runs:
        contenders["ONNX Runtime (same runs)"] = SameRuns(pixels, runs)
    contenders["reference (wasm)"] = Reference(pixels)
    rounds = []
    try:
        for number in range(arguments.rounds):
            rounds.append({name: it.run() for name, it in contenders.items()})
            print(f"round {number + 1} of {arguments.rounds}", file=sys.stderr, flush=True)
    finally:
        for it in contenders.values():
            it.close()
    report = table(label, RECOGNITION if arguments.portrait else STAGES, rounds)
    print(report)
    if arguments.write:
        replace_block(arguments.write, report, PORTRAIT_MARKS if arguments.portrait else MARKS)


def full_hd(source):
    """The middle of a photo at 1920 x 1080, as a JPEG file and as pixels."""
    image = Image.open(source).convert("RGB")
    scale = max(1920 / image.width, 1080 / image.height)
    image = image.resize((math.ceil(image.width * scale), math.ceil(image.height * scale)), Image.Resampling.LANCZOS)
    left, top = (image.width - 1920) // 2, (image.height - 1080) // 2
    image = image.crop((left, top, left + 1920, top + 1080))
    return (*saved(image), f"{source.name} cut to 1920x1080")


def portrait(source):
    """The largest face of a photo as a portrait of 250 x 250, as large in it as LFW's are."""
    image = Image.open(source).convert("RGB")
    boxes = OnnxRuntime(numpy.asarray(image)).detect()
    top, left, bottom, right = max(boxes, key=lambda it: it[2] - it[0])
    half = (bottom - top) * 1.1
    x, y = (left + right) / 2, (top + bottom) / 2
    face = image.crop(tuple(round(float(it)) for it in (x - half, y - half, x + half, y + half)))
    return (*saved(face.resize((250, 250), Image.Resampling.LANCZOS)), f"One face of {source.name} in 250x250")


def saved(image):
    """What all contenders see: a JPEG file, and what comes out of it as pixels."""
    WORK.mkdir(parents=True, exist_ok=True)
    path = WORK / "photo.jpg"
    image.save(path, quality=92)
    return path, numpy.asarray(Image.open(path).convert("RGB"))


class Ours:
    """The engine; it loads its models anew each round, outside the times it reports."""

    def __init__(self, photo):
        self.command = [str(ENGINE), str(MODELS), str(photo), "3"]

    def run(self):
        answer = subprocess.run(self.command, capture_output=True, text=True, check=True)
        return json.loads(answer.stdout.splitlines()[-1])

    def close(self):
        pass


class Reference:
    """The reference library, in a process that stays."""

    def __init__(self, pixels):
        raw = WORK / "photo.rgb"
        raw.write_bytes(pixels.tobytes())
        height, width, _ = pixels.shape
        command = ["node", str(HERE / "bench.mjs"), str(raw), str(width), str(height), str(MIN_SCORE)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.expect("ready")

    def expect(self, start):
        for line in self.process.stdout:
            if line.startswith(start):
                return line
        sys.exit(f"node ended with {self.process.wait()}")

    def run(self):
        self.process.stdin.write("run\n")
        return json.loads(self.expect("{"))

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=30)


def sessions(names):
    """The engine's networks under ONNX Runtime, one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    providers = ["CPUExecutionProvider"]
    return {it: onnxruntime.InferenceSession(MODELS / f"{it}.onnx", options, providers) for it in names}


def infer(session, image, size, norm):
    """The first output for an image, resized to `size` (width, height) and normalized."""
    mean, scale = norm
    resized = numpy.asarray(image.resize(size, Image.Resampling.BILINEAR), dtype=numpy.float32)
    tensor = ((resized - mean) * scale).transpose(2, 0, 1)[None]
    return session.run(None, {"image": numpy.ascontiguousarray(tensor)})[0]


class SameRuns:
    """Every run of a network that the engine made, under ONNX Runtime: `{net: [[height, width, count], …]}`."""

    def __init__(self, pixels, runs):
        self.nets = sessions(runs)
        self.runs = runs
        self.inputs = inputs_of_index()
        self.image = Image.fromarray(pixels)
        self.run()

    def run(self):
        times = dict.fromkeys(STAGES, 0.0)
        for net, sizes in self.runs.items():
            _, *norm = self.inputs[net]
            start = time.perf_counter()
            for height, width, count in sizes:
                for _ in range(count):
                    infer(self.nets[net], self.middle(width, height), (width, height), norm)
            spent = (time.perf_counter() - start) * 1000
            if net == "face_recognition":
                times["age_gender_ms"] += spent / 3
                times["embed_ms"] += spent * 2 / 3
            else:
                times[STAGE_OF[net]] += spent
        return {**times, "faces": "as ours"}

    def middle(self, width, height):
        """A part of the photo that takes as long to resize as a face of common size does: twice the network's input."""
        left = max((self.image.width - 2 * width) // 2, 0)
        top = max((self.image.height - 2 * height) // 2, 0)
        return self.image.crop((left, top, self.image.width - left, self.image.height - top))

    def close(self):
        pass


class OnnxRuntime:
    """The reference library's pipeline with the same networks under ONNX Runtime."""

    # In the order of the stages behind the first.
    BY_FACE = ("face_landmark_68", "face_expression", "age_gender", "face_recognition")

    def __init__(self, pixels):
        self.nets = sessions(["ssd_mobilenetv1", *self.BY_FACE])
        self.inputs = inputs_of_index()
        self.anchors = ssd_anchors()
        self.image = Image.fromarray(pixels)
        self.run()

    def run(self):
        marks = [time.perf_counter()]
        faces = self.detect()
        for net in self.BY_FACE:
            marks.append(time.perf_counter())
            for box in faces:
                self.infer(net, self.crop(box))
        marks.append(time.perf_counter())
        stages = [(after - before) * 1000 for before, after in zip(marks, marks[1:])]
        return {**dict(zip(STAGES, stages, strict=True)), "faces": len(faces)}

    def close(self):
        pass

    def infer(self, net, image):
        side, *norm = self.inputs[net]
        return infer(self.nets[net], image, (side, side), norm)

    def detect(self):
        """Boxes of faces in pixels. The photo is padded to a square below, as the reference library does it."""
        side = max(self.image.size)
        square = Image.new("RGB", (side, side))
        square.paste(self.image)
        predictions = self.infer("ssd_mobilenetv1", square)[0]
        scores = 1 / (1 + numpy.exp(-predictions[:, 4]))
        keep = scores > MIN_SCORE
        boxes = ssd_boxes(predictions[keep, :4], self.anchors[keep]) * side
        return strongest(boxes, scores[keep])

    def crop(self, box):
        top, left, bottom, right = (float(it) for it in box)
        side = max(bottom - top, right - left)
        middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
        return self.image.crop(
            tuple(round(it) for it in (middle_x - side / 2, middle_y - side / 2, middle_x + side / 2, middle_y + side / 2))
        )


def inputs_of_index():
    """Input side, mean and scale of each net, as the engine reads them."""
    import tomllib

    index = tomllib.loads((MODELS / "index.toml").read_text())
    return {
        it["name"]: (it["input"]["side_px"], numpy.array(it["input"]["mean"], dtype=numpy.float32), it["input"]["scale"])
        for it in index["model"]
    }


def ssd_anchors():
    """The detector's anchors `[n, (y0, x0, y1, x1)]`; the package keeps them among the weights."""
    layout = json.loads((PACKAGE / "model/ssd_mobilenetv1_model-weights_manifest.json").read_text())
    offset = 0
    for entry in (it for group in layout for it in group["weights"]):
        count = math.prod(entry["shape"])
        if entry["name"] == "Output/extra_dim":
            raw = (PACKAGE / "model/ssd_mobilenetv1_model.bin").read_bytes()
            return numpy.frombuffer(raw, numpy.float32, count, offset).reshape(-1, 4)
        offset += count * (1 if "quantization" in entry else 4)
    sys.exit("the package's detector has no anchors")


def ssd_boxes(encoded, anchors):
    """Boxes `[n, (y0, x0, y1, x1)]` as ratios, from offsets to the anchors scaled by 10 and 5 as SSD has it."""
    size = anchors[:, 2:] - anchors[:, :2]
    middle = anchors[:, :2] + size / 2
    middle = middle + encoded[:, :2] / 10 * size
    size = numpy.exp(encoded[:, 2:] / 5) * size
    return numpy.hstack([middle - size / 2, middle + size / 2])


def strongest(boxes, scores):
    """Greedy non-maximum suppression."""
    kept = []
    for idx in numpy.argsort(-scores):
        if all(iou(boxes[idx], it) <= MAX_IOU for it in kept):
            kept.append(boxes[idx])
    return kept


def iou(a, b):
    height = min(a[2], b[2]) - max(a[0], b[0])
    width = min(a[3], b[3]) - max(a[1], b[1])
    both = max(height, 0) * max(width, 0)
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


def table(photo, stages, rounds):
    names = list(rounds[0])
    for contender in (it for row in rounds for it in row.values()):
        contender["total_ms"] = sum(contender[stage] for stage in stages)
    faces = {name: rounds[0][name]["faces"] for name in names}
    header = ["stage", *(f"{name}, ms" for name in names), *(f"ours : {name}" for name in names[1:])]
    rows = []
    for stage in [*stages, "total_ms"]:
        times = [statistics.median(it[name][stage] for it in rounds) for name in names]
        ratios = [statistics.median(it["ours"][stage] / it[name][stage] for it in rounds) for name in names[1:]]
        label = stage.removesuffix("_ms").replace("_", " and ")
        rows.append([label, *(f"{it:.0f}" for it in times), *(f"{it:.2f}" for it in ratios)])
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    versions = f"onnxruntime {onnxruntime.__version__}, {reference_version()}, node {node_version()}"
    found = ", ".join(f"{name} {count}" for name, count in faces.items())
    return "\n".join(
        [
            f"{photo}, one thread, {len(rounds)} rounds taken in turns on {processor()}, "
            f"{datetime.date.today().isoformat()}.",
            f"{versions}. Faces found: {found}. A ratio under 1 means that ours is faster.",
            "",
            *lines,
        ]
    )


def reference_version():
    package = json.loads((PACKAGE / "package.json").read_text())
    return f"{package['name']} {package['version']}"


def node_version():
    return subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip().lstrip("v")


def processor():
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{models[0]} ({len(models)} threads)" if models else platform.machine()


def replace_block(path, report, marks):
    begin, end = marks
    text = path.read_text()
    before, has_begin, rest = text.partition(begin)
    _, has_end, after = rest.partition(end)
    if not (has_begin and has_end):
        sys.exit(f"{path} has no block between {begin} and {end}")
    path.write_text(f"{before}{begin}\n{report}\n{end}{after}")


if __name__ == "__main__":
    main()
