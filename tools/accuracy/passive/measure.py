"""Error rates of a candidate, in the words of ISO/IEC 30107-3, on people and cameras that it was not set on."""

import dataclasses

import numpy

DRAWS = 2000
SEED = 14


class Sign:
    """A number as it is, or its negative: whichever is larger for attacks."""

    def __init__(self, x, is_attack):
        self.sign = 1 if 0.5 <= area(x[:, 0], is_attack) else -1

    def scores(self, x):
        return self.sign * x[:, 0]


class Weights:
    """A weighted sum by ridge regression, with as much of the penalty as of the data."""

    def __init__(self, x, is_attack):
        self.mean, self.spread = x.mean(0), x.std(0) + 1e-9
        z = (x - self.mean) / self.spread
        # Two classes of the same size: 1 and -1 need no bias.
        kernel = z @ z.T
        penalty = numpy.trace(kernel) / len(z)
        self.weights = z.T @ numpy.linalg.solve(kernel + penalty * numpy.eye(len(z)), 2.0 * is_attack - 1)

    def scores(self, x):
        return (x - self.mean) / self.spread @ self.weights


def area(scores, is_attack):
    """Area under the curve: the chance that an attack has the higher score."""
    attacks, living = scores[is_attack], scores[~is_attack]
    above = (attacks[:, None] > living).mean()
    return float(above + (attacks[:, None] == living).mean() / 2)


def equal_error(scores, is_attack):
    """Where as many attacks pass as living people are flagged; the mean of both at the nearest threshold."""
    attacks, living = scores[is_attack], scores[~is_attack]
    pairs = [((attacks <= it).mean(), (it < living).mean()) for it in numpy.append(scores, -numpy.inf)]
    return float(sum(min(pairs, key=lambda it: abs(it[0] - it[1]))) / 2)


def threshold(living, rate):
    """The lowest above which no more than this share of the living are."""
    return float(numpy.sort(living)[::-1][int(rate * len(living))])


@dataclasses.dataclass
class Judged:
    """Every face of NUAA, judged by what was set on the other half of the people."""

    people: numpy.ndarray
    halves: numpy.ndarray
    is_attack: numpy.ndarray
    scores: numpy.ndarray
    # For each half, whether the larger number is the suspicious one; None where several are weighted.
    larger: list[bool | None]
    # By the rate of living people that may be flagged where the threshold is set.
    flagged: dict[float, numpy.ndarray]

    def rates(self, rate, picked=slice(None)):
        """APCER and BPCER."""
        flagged, is_attack = self.flagged[rate][picked], self.is_attack[picked]
        return float((~flagged[is_attack]).mean()), float(flagged[~is_attack].mean())

    def people_flagged(self, rate):
        """How many people are flagged in most of their frames: of the prints, of the living."""
        counts = []
        for of in (self.is_attack, ~self.is_attack):
            shares = [self.flagged[rate][of & (self.people == person)].mean() for person in numpy.unique(self.people)]
            counts.append(sum(0.5 < it for it in shares))
        return counts

    def by_half(self, measure, picked=None):
        """Mean of a measure over the halves, whose scores need not compare."""
        picked = numpy.arange(len(self.scores)) if picked is None else picked
        parts = [picked[self.halves[picked] == half] for half in (0, 1)]
        return float(numpy.mean([measure(self.scores[it], self.is_attack[it]) for it in parts]))


def judge(model, x, people, is_attack, rates):
    """Sets the model and thresholds on one half of the people and judges the other, both ways round."""
    halves = people % 2
    scores = numpy.empty(len(x))
    flagged = {rate: numpy.empty(len(x), bool) for rate in rates}
    larger = []
    for half in (0, 1):
        own, other = halves == half, halves != half
        fitted = model(x[own], is_attack[own])
        scores[other] = fitted.scores(x[other])
        larger.append(fitted.sign == 1 if model is Sign else None)
        living = left_out(model, x[own], people[own], is_attack[own])[~is_attack[own]]
        for rate in rates:
            flagged[rate][other] = threshold(living, rate) < scores[other]
    return Judged(people, halves, is_attack, scores, larger, flagged)


def left_out(model, x, people, is_attack, instead=None):
    """Scores of each person (or of what they look like `instead`) by a model that was set without them.

    A sign is set with all of them: it learns nobody's looks, and its scores would not compare with their negatives.
    """
    instead = x if instead is None else instead
    if model is Sign:
        return model(x, is_attack).scores(instead)
    scores = numpy.empty(len(x))
    for person in numpy.unique(people):
        own = people == person
        scores[own] = model(x[~own], is_attack[~own]).scores(instead[own])
    return scores


def draws(people):
    """Indices of as many people as there are, drawn with replacement from each half, again and again."""
    random = numpy.random.default_rng(SEED)
    of = {person: numpy.flatnonzero(people == person) for person in numpy.unique(people)}
    halves = [[person for person in of if person % 2 == half] for half in (0, 1)]
    for _ in range(DRAWS):
        yield numpy.concatenate([of[it] for half in halves for it in random.choice(half, len(half))])


def interval(values):
    """Where 95 % of them are."""
    low, high = numpy.percentile(list(values), (2.5, 97.5))
    return float(low), float(high)
