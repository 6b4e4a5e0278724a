"""The usual ways to turn pixels into numbers. Which one a model learned is nowhere in its file."""

from dataclasses import dataclass, replace

from ..spec import InputSpec

Three = tuple[float, float, float]


@dataclass(frozen=True)
class InputChoice:
    title: str
    colours: str
    mean: Three = (0.0, 0.0, 0.0)
    std: Three = (1.0, 1.0, 1.0)
    fit: str = "stretch"
    pad: int = 114

    @property
    def scaled(self) -> bool:
        """Whether numbers stay small; small and large ones are told apart by trial, small ones from each other not."""
        return self.std[0] > 1

    def applied(self, spec: InputSpec) -> InputSpec:
        """Whole numbers and one colour stay what the file declares."""
        fitted = replace(spec, fit=self.fit, pad=self.pad, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0))
        if spec.colours != "gray":
            fitted = replace(fitted, colours=self.colours)
        return replace(fitted, mean=self.mean, std=self.std) if spec.type.startswith("float") else fitted


def choice(colours: str, scale: str, fit: str = "stretch", pad: int = 114) -> InputChoice:
    mean, std = SCALES[scale]
    if scale == "mean and deviation of ImageNet" and colours == "bgr":
        mean, std = mean[::-1], std[::-1]
    return InputChoice(f"{colours.upper()}, {scale}", colours, mean, std, fit, pad)


SCALES: dict[str, tuple[Three, Three]] = {
    "0 to 255": ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)),
    "0 to 1": ((0.0, 0.0, 0.0), (255.0, 255.0, 255.0)),
    "-1 to 1": ((127.5, 127.5, 127.5), (127.5, 127.5, 127.5)),
    "127 off and divided by 128": ((127.0, 127.0, 127.0), (128.0, 128.0, 128.0)),
    "mean and deviation of ImageNet": ((123.675, 116.28, 103.53), (58.395, 57.12, 57.375)),
}
IMAGENET = "mean and deviation of ImageNet"


def choices(
    colours: str, scales: tuple[str, ...], fit: str = "stretch", pad: int = 114
) -> tuple[InputChoice, ...]:
    return tuple(choice(colours, scale, fit, pad) for scale in scales)


YOLOX = choices("bgr", ("0 to 255", "0 to 1", IMAGENET), "letterbox-corner")
ULTRALYTICS = choices("rgb", ("0 to 1", "0 to 255"), "letterbox")
RGB_SCALED = choices("rgb", ("0 to 1", IMAGENET, "-1 to 1", "0 to 255"))
RGB_IMAGENET = choices("rgb", (IMAGENET, "0 to 1", "-1 to 1", "0 to 255"))
RGB_SIGNED = choices("rgb", ("-1 to 1", IMAGENET, "0 to 1", "0 to 255"))
RGB_PLAIN = choices("rgb", ("0 to 255", "0 to 1", "-1 to 1"))
RGB_128 = choices("rgb", ("127 off and divided by 128", "0 to 1", "0 to 255"))
BGR_SIGNED = choices("bgr", ("-1 to 1", "0 to 1", "0 to 255"))
GREY = tuple(
    replace(each, title=each.title.replace("BGR", "Grey"))
    for each in choices("bgr", ("0 to 1", "-1 to 1", "0 to 255"))
)
BGR_IMAGENET = choices("bgr", (IMAGENET, "0 to 1", "0 to 255"))
BGR_MMDETECTION = choices("bgr", (IMAGENET, "0 to 1", "0 to 255"), "letterbox-corner")
BGR_SCALED = choices("bgr", ("0 to 1", "0 to 255"))
YUNET = choices("bgr", ("0 to 255", "0 to 1"), "letterbox-corner", 0)
MOVENET = choices("rgb", ("0 to 255", "0 to 1", "-1 to 1"), "letterbox", 0)
