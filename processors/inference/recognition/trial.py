"""Try the usual ways to make the input, and see with which one a model finds the people in the photos."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...exceptions import ProcessorError
from ..decoded import Decoded, Detections, KeyPoints, Mask, Scores
from ..reasons import Reason, reason
from ..session import Model
from ..spec import InputSpec, ModelSpec
from .inputs import InputChoice
from .observe import Seen, with_size
from .proposal import Guess, Proposal
from .rules_maps import range_of

MARGIN = 0.15  # by so much another input must be better than the usual one
MARGINS = {"segmentation": 0.4}  # how clear a mask looks says less
LOW_THRESHOLD = 0.05  # what a wrong input still finds
TOO_MANY = 100
USEFUL = 0.2
PEOPLE = ("person", "face", "object")


@dataclass(frozen=True)
class Trial:
    choice: InputChoice
    spec: ModelSpec
    quality: float


def proposals_for(guess: Guess, seen: Seen) -> list[Proposal]:
    """The best input first; other inputs that work nearly as well follow, for comparison."""
    trials = all_trials(guess, seen)
    if not trials:
        return []
    winner = best_of(trials, MARGINS.get(guess.task, MARGIN))
    others = [
        trial for trial in trials if trial is not winner and trial.quality >= max(USEFUL, winner.quality / 2)
    ]
    confidence = guess.sureness * (0.5 + 0.5 * winner.quality)
    first = proposal(guess, winner, trials, confidence, seen)
    return [first] + [proposal(guess, each, trials, confidence * 0.6 * each.quality, seen) for each in others]


def best_of(trials: Sequence[Trial], margin: float) -> Trial:
    """The usual input, unless numbers of the other size are clearly better.

    Which of several scales between -3 and 3 a net has learned cannot be seen from a few photos.
    """
    usual = trials[0]
    alike = [trial.quality for trial in trials if trial.choice.scaled == usual.choice.scaled]
    unlike = [trial for trial in trials if trial.choice.scaled != usual.choice.scaled]
    other = max(unlike, key=lambda trial: trial.quality, default=usual)
    return other if other.quality > max(alike) + margin else usual


def all_trials(guess: Guess, seen: Seen) -> list[Trial]:
    trials: list[Trial] = []
    for choice in guess.inputs[:1] if guess.alternative else guess.inputs:
        spec = spec_for(guess, choice, seen)
        if any(trial.spec.input == spec.input for trial in trials):
            continue
        try:
            trials.append(tried(choice, spec, seen))
        except ProcessorError:
            continue  # an input that breaks the model is none
    return trials


def spec_for(guess: Guess, choice: InputChoice, seen: Seen) -> ModelSpec:
    return ModelSpec(
        task=guess.task,
        convention=guess.convention,
        input=choice.applied(sized(guess, seen)),
        outputs=guess.outputs,
        labels=guess.labels,
        threshold=guess.threshold,
        iou=guess.iou,
        decoder=dict(guess.decoder),
        extra_inputs=dict(seen.extra_inputs),
    )


def sized(guess: Guess, seen: Seen) -> InputSpec:
    if guess.open_size is None or not seen.open_size or seen.facts.image_size:
        return seen.input
    return with_size(seen.input, *guess.open_size)


def tried(choice: InputChoice, spec: ModelSpec, seen: Seen) -> Trial:
    model = Model(seen.session, spec)
    if spec.task == "image":
        return Trial(choice, *ranged(model, seen))
    decoded = [model.infer(photo, threshold=LOW_THRESHOLD) for photo in seen.photos]
    quality = sum(quality_of(each, spec) for each in decoded) / len(decoded) - found_in_nothing(model, seen)
    return Trial(choice, spec, float(np.clip(quality, 0, 1)))


def ranged(model: Model, seen: Seen) -> tuple[ModelSpec, float]:
    """A net that makes pictures from pictures is expected to use the same range for both."""
    spec = model.spec
    values = model.raw(seen.photos[0])[0]
    asked = {(0.0, 1.0): "0-255", (0.0, 255.0): "0-1", (127.5, 127.5): "-1-1"}
    here = range_of(np.asarray(values, np.float32))
    same = asked.get((spec.input.mean[0], spec.input.std[0])) == here
    return replace(spec, decoder={**spec.decoder, "range": here}), 0.9 if same else 0.0


def quality_of(decoded: Decoded, spec: ModelSpec) -> float:
    if isinstance(decoded, Detections):
        return best_person(decoded, spec)
    if isinstance(decoded, KeyPoints):
        return best_points(decoded)
    if isinstance(decoded, Mask):
        return clear(decoded, spec)
    return 0.6 if isinstance(decoded, Scores) else 0.5  # nothing to measure: the usual input stays


def best_person(found: Detections, spec: ModelSpec) -> float:
    people = [number for number, name in enumerate(spec.names) if name in PEOPLE]
    wanted = np.isin(found.classes, people) if people else np.ones(len(found), np.bool_)
    best = float(found.scores[wanted].max(initial=0.0))
    return best * (0.5 if (found.scores > 0.5).sum() > TOO_MANY else 1.0)


def best_points(found: KeyPoints) -> float:
    if not len(found):
        return 0.0
    scores = np.sort(found.points[found.scores.argmax(), :, 2])[::-1]
    return float(scores[:8].mean())


def clear(found: Mask, spec: ModelSpec) -> float:
    """A mask is good if it is neither empty nor full and seldom undecided; a map of classes, if it shows a person."""
    if found.probabilities is not None:
        return float(min(1.0, 2 * found.probabilities.std()))
    if found.classes is None or "person" not in spec.names:
        return 0.5
    return float(min(1.0, 3 * (found.classes == spec.names.index("person")).mean()))


def found_in_nothing(model: Model, seen: Seen) -> float:
    """What a detector sees in a grey picture it would see everywhere."""
    if model.spec.task not in ("detection", "faces"):
        return 0.0
    decoded = model.infer(seen.grey, threshold=0.3)
    return quality_of(decoded, model.spec) if isinstance(decoded, Detections) else 0.0


def proposal(guess: Guess, trial: Trial, trials: Sequence[Trial], confidence: float, seen: Seen) -> Proposal:
    model = Model(seen.session, trial.spec)
    decoded = tuple(model.infer(photo) for photo in seen.photos)
    return Proposal(float(confidence), (guess.reason, evidence(trial, trials)), trial.spec, decoded)


def evidence(trial: Trial, trials: Sequence[Trial]) -> Reason:
    others = "; ".join(f"{each.choice.title}: {each.quality:.2f}" for each in trials if each is not trial)
    code = "tried" if others else "tried-alone"
    return reason(code, pixels=trial.choice.title, quality=f"{trial.quality:.2f}", others=others)
