"""Names of what models find: a list of their own, or one of the well-known ones."""

from collections.abc import Sequence


def words(line: str) -> tuple[str, ...]:
    return tuple(line.split(","))


# The 91 categories of COCO, numbered from 1 as in its annotations.
COCO_91 = words(
    "person,bicycle,car,motorcycle,airplane,bus,train,truck,boat,traffic light,fire hydrant,street sign,"
    "stop sign,parking meter,bench,bird,cat,dog,horse,sheep,cow,elephant,bear,zebra,giraffe,hat,backpack,"
    "umbrella,shoe,eye glasses,handbag,tie,suitcase,frisbee,skis,snowboard,sports ball,kite,baseball bat,"
    "baseball glove,skateboard,surfboard,tennis racket,bottle,plate,wine glass,cup,fork,knife,spoon,bowl,"
    "banana,apple,sandwich,orange,broccoli,carrot,hot dog,pizza,donut,cake,chair,couch,potted plant,bed,"
    "mirror,dining table,window,desk,toilet,door,tv,laptop,mouse,remote,keyboard,cell phone,microwave,oven,"
    "toaster,sink,refrigerator,blender,book,clock,vase,scissors,teddy bear,hair drier,toothbrush,hair brush"
)
# Categories of which COCO never published a box.
WITHOUT_BOXES = frozenset(
    words("street sign,hat,shoe,eye glasses,plate,mirror,window,desk,door,blender,hair brush")
)
COCO_80 = tuple(name for name in COCO_91 if name not in WITHOUT_BOXES)
VOC_20 = words(
    "aeroplane,bicycle,bird,boat,bottle,bus,car,cat,chair,cow,dining table,dog,horse,motorbike,person,"
    "potted plant,sheep,sofa,train,tv monitor"
)
COCO_17 = words(
    "nose,left eye,right eye,left ear,right ear,left shoulder,right shoulder,left elbow,right elbow,"
    "left wrist,right wrist,left hip,right hip,left knee,right knee,left ankle,right ankle"
)

LISTS: dict[str, tuple[str, ...]] = {
    "coco80": COCO_80,
    "coco91": COCO_91,
    "voc20": VOC_20,
    "voc21": ("background", *VOC_20),
    "coco17": COCO_17,
    "face": ("face",),
    "person": ("person",),
}


def names_of(labels: str | Sequence[str]) -> tuple[str, ...]:
    """Return the names of a well-known list, or the given ones."""
    return LISTS[labels] if isinstance(labels, str) else tuple(labels)


def name_of(names: Sequence[str], number: int) -> str:
    """Return a name for every class, also for those that nobody named."""
    return names[number] if 0 <= number < len(names) and names[number] else f"class {number}"
