"""Measures signals that may tell a face from a picture of one (docs/adr/0014-no-passive-anti-spoof.md has the rule and the result).

    python tools/accuracy/antispoof.py --data ../shared/data/evaluation [--endpoint http://127.0.0.1:4567] [--nets FOLDER]

The folder needs nuaa/live, nuaa/print_attack and videos. Faces are found through a Rekognition endpoint: `rekognition-local`, for
one. FOLDER has the networks of npm's @vladmandic/human 3.3.6 (its `models`); without it they are left out, which is said.
Prints a table for each part of the rule.
"""

import argparse
import pathlib

import numpy
from botocore.exceptions import EndpointConnectionError

from passive import frames, measure, nets, signals

# Shares of living people that may be flagged where a threshold is set; the first one is the rule's.
RATES = (0.05, 0.01)
MOST_APCER, MOST_BPCER = 0.20, 0.05
MOST_FLAGGED_CLIPS, MOST_FLAGGED_CHANGED = 0.05, 0.10

REPLAY = "replay_screen_man"
# The same man, not filmed from a screen.
REPLAYED = "live_phone_man"
NOBODY = "pf_no_face"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--endpoint", default="http://127.0.0.1:4567")
    parser.add_argument("--nets", type=pathlib.Path)
    arguments = parser.parse_args()
    for folder in ("nuaa/live", "nuaa/print_attack", "videos"):
        if not any((arguments.data / folder).glob("*")):
            absent = arguments.data / folder
            raise SystemExit(f"no files in {absent}: the data is not part of the repository, and nothing was measured")
    candidates = dict(signals.CANDIDATES)
    if arguments.nets:
        candidates |= nets.candidates(arguments.nets)
    else:
        print("Without --nets the two networks of @vladmandic/human are not measured.\n")
    try:
        data = Data(arguments.data, frames.Finder(arguments.endpoint))
    except EndpointConnectionError:
        raise SystemExit(f"nobody answers at {arguments.endpoint}: start rekognition-local there, or name another --endpoint") from None
    data.describe()
    plain = {name: Candidate(name, scalar(value), measure.Sign, data) for name, value in signals.PLAIN.items()}
    others = [Candidate(name, scalar(value), measure.Sign, data) for name, value in candidates.items()]
    trained = Candidate("texture, weights from NUAA", signals.texture, measure.Weights, data)
    everything = [*plain.values(), *others, trained]
    print_people(everything)
    print_cameras(everything)
    print_reasons([*others, trained], plain)
    print_own(others)
    print_filmed(others)
    print_rule(others, plain)


def scalar(value):
    return lambda face: [value(face)]


class Data:
    """Faces of NUAA with who they are of, each also changed, and of every clip."""

    def __init__(self, root, finder):
        faces, people, is_attack, self.missed = [], [], [], 0
        for folder, attack in (("live", False), ("print_attack", True)):
            for path in sorted((root / "nuaa" / folder).iterdir()):
                if (face := finder.face(frames.photo(path))) is None:
                    self.missed += 1
                    continue
                faces.append(face)
                # 0003_01_00_01_116.jpg is of the third person.
                people.append(int(path.name.split("_")[0]))
                is_attack.append(attack)
        self.faces, self.people, self.is_attack = faces, numpy.array(people), numpy.array(is_attack)
        living = [face for face, attack in zip(faces, is_attack, strict=True) if not attack]
        self.changed = {name: [frames.changed(face, change) for face in living] for name, change in frames.CHANGES.items()}
        found = {path.stem: finder.faces(frames.clip(path)) for path in sorted((root / "videos").iterdir())}
        found.pop(NOBODY, None)
        for name in (REPLAY, REPLAYED):
            if not found.get(name):
                raise SystemExit(f"no {name} with a face in {root / 'videos'}")
        self.replay = found.pop(REPLAY)
        self.clips = {name: of for name, of in found.items() if of}

    def describe(self):
        living = len(self.faces) - self.is_attack.sum()
        people = len(set(self.people))
        print(f"NUAA: {living} of the living and {self.is_attack.sum()} prints, of {people} people; {self.missed} without a face.")
        asl, others = groups(self.clips)
        for name, clips in (("asl_*", asl), ("others", others)):
            widths = [face.box_px()[2] for clip in clips for face in self.clips[clip]]
            print(f"{name}: {len(clips)} clips, {len(widths)} frames with a face, {numpy.median(widths):.0f} px wide in the middle.")
        print(f"{REPLAY}: {len(self.replay)} frames with a face.\n")


def groups(names):
    asl = [name for name in names if name.startswith("asl_")]
    return asl, [name for name in names if name not in asl]


class Candidate:
    """A signal on all of the data."""

    def __init__(self, name, signal, model, data):
        def values(faces):
            return numpy.array([signal(face) for face in faces], dtype=float)

        self.name = name
        x = values(data.faces)
        clips = {name: values(faces) for name, faces in data.clips.items()}
        people, is_attack = data.people, data.is_attack
        self.judged = measure.judge(model, x, people, is_attack, RATES)
        self.draws = list(measure.draws(people))
        self.areas = numpy.array([self.area(picked) for picked in self.draws])
        fitted = model(x, is_attack)
        own = measure.left_out(model, x, people, is_attack)
        self.threshold = measure.threshold(own[~is_attack], RATES[0])
        self.changed = {}
        for change, faces in data.changed.items():
            instead = x.copy()
            instead[~is_attack] = values(faces)
            scores = measure.left_out(model, x, people, is_attack, instead)[~is_attack]
            self.changed[change] = float((self.threshold < scores).mean())
        flagged = {name: self.threshold < fitted.scores(of) for name, of in clips.items()}
        self.clips = [{name: flagged[name] for name in group} for group in groups(flagged)]
        self.own = [x[~is_attack], x[is_attack], *(numpy.concatenate([clips[it] for it in group]) for group in groups(clips))]
        filmed = values(data.replay)
        self.replay = float((self.threshold < fitted.scores(filmed)).mean())
        # Of all clips of living people, and of the one that was filmed from a screen.
        self.numbers = numpy.concatenate([*clips.values()]), filmed

    def area(self, picked=None):
        return self.judged.by_half(measure.area, picked)

    def frames_flagged(self):
        """Of asl_* and of the other clips: share of frames that are flagged, as a mean over clips."""
        return [float(numpy.mean([it.mean() for it in group.values()])) for group in self.clips]

    def above(self, plain):
        """Least difference of the AUC to that of a plain number, with the 95 % interval that reaches lowest."""
        against = (
            (measure.interval(self.areas - it.areas)[0], self.area() - it.area(), it.name) for it in plain.values()
        )
        return min(against)

    def parts(self, plain):
        """Which of the three parts of the rule it passes."""
        apcer, bpcer = self.judged.rates(RATES[0])
        people = apcer <= MOST_APCER and bpcer <= MOST_BPCER
        cameras = max(self.frames_flagged()) <= MOST_FLAGGED_CLIPS
        reason = max(self.changed.values()) <= MOST_FLAGGED_CHANGED and 0 < self.above(plain)[0]
        return people, cameras, reason


def print_people(candidates):
    print("People not seen before (NUAA, halves of the people; 95 % intervals by drawing people; last: people with most frames flagged)\n")
    print("| signal | attacks have | AUC | EER | APCER, 5 % | BPCER, 5 % | APCER, 1 % | BPCER, 1 % | prints, 5 % | living, 5 % |")
    print(f"|{10 * '---|'}")
    for it in candidates:
        low, high = measure.interval(it.areas)
        side = {(True, True): "more", (False, False): "less", (None, None): "weights"}.get(tuple(it.judged.larger), "more or less")
        cells = [side, f"{it.area():.3f} ({low:.2f} to {high:.2f})", f"{it.judged.by_half(measure.equal_error):.1%}"]
        for rate in RATES:
            drawn = [it.judged.rates(rate, picked) for picked in it.draws]
            for value, of in zip(it.judged.rates(rate), zip(*drawn, strict=True), strict=True):
                low, high = measure.interval(of)
                cells.append(f"{value:.1%} ({100 * low:.0f} to {100 * high:.0f})")
        people = len(set(it.judged.people))
        cells += [f"{count} of {people}" for count in it.judged.people_flagged(RATES[0])]
        print(f"| {it.name} | {' | '.join(cells)} |")


def print_cameras(candidates):
    print("\nCameras not seen before (threshold from all of NUAA): frames flagged, mean over clips; clips with most frames flagged\n")
    print(f"| signal | asl_* | clips | others | clips | {REPLAYED} | {REPLAY} |\n|---|---|---|---|---|---|---|")
    for it in candidates:
        cells = []
        for share, group in zip(it.frames_flagged(), it.clips, strict=True):
            cells += [f"{share:.1%}", f"{sum(0.5 < of.mean() for of in group.values())} of {len(group)}"]
        print(f"| {it.name} | {' | '.join(cells)} | {it.clips[1][REPLAYED].mean():.1%} | {it.replay:.1%} |")


def print_reasons(candidates, plain):
    print("\nThe right reason: the living flagged after a change; AUC above that of the plain number that is hardest to beat\n")
    print(f"| signal | {' | '.join(frames.CHANGES)} | AUC above | at least (95 %) |\n|---|{'---|' * (len(frames.CHANGES) + 2)}")
    for it in candidates:
        least, difference, name = it.above(plain)
        changes = " | ".join(f"{value:.1%}" for value in it.changed.values())
        print(f"| {it.name} | {changes} | {difference:+.3f} ({name}) | {least:+.3f} |")
    print()


def print_own(candidates):
    measured = [it for it in candidates if it.name.startswith("net ")]
    if not measured:
        return
    print(f"The networks as their author's demonstration reads them: frames flagged for less than {nets.OWN_THRESHOLD}\n")
    print("| signal | NUAA, living | NUAA, prints | asl_* | others |\n|---|---|---|---|---|")
    logit = numpy.log(nets.OWN_THRESHOLD / (1 - nets.OWN_THRESHOLD))
    for it in measured:
        print(f"| {it.name} | {' | '.join(f'{(of < logit).mean():.1%}' for of in it.own)} |")
    print()


def print_filmed(candidates):
    print(f"{REPLAY} beside all clips of living people (one clip: it decides nothing): least, middle, 95 % and most of their frames\n")
    print("| signal | AUC | living | filmed |\n|---|---|---|---|")
    for it in candidates:
        living, filmed = (of[:, 0] for of in it.numbers)
        is_attack = numpy.arange(len(living) + len(filmed)) >= len(living)
        cells = [f"{measure.area(numpy.concatenate([living, filmed]), is_attack):.3f}"]
        for of in (living, filmed):
            cells.append(", ".join(f"{value:.3g}" for value in numpy.percentile(of, (0, 50, 95, 100))))
        print(f"| {it.name} | {' | '.join(cells)} |")
    print()


def print_rule(candidates, plain):
    print("The rule\n\n| signal | people | cameras | reason |\n|---|---|---|---|")
    earned = []
    for it in candidates:
        parts = it.parts(plain)
        print(f"| {it.name} | {' | '.join('yes' if part else 'no' for part in parts)} |")
        if all(parts):
            earned.append(it.name)
    print(f"\nEarns its place: {', '.join(earned) or 'none'}.")


if __name__ == "__main__":
    main()
