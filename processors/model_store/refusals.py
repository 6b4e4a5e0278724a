"""Why a file is not taken, as sentences for the admin. The check knows only the codes: it has no language."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

SENTENCES = {
    "empty": _("The file is empty."),
    "archive": _("This is an archive. Unpack it and upload the .onnx file in it."),
    "pickle": _(
        "This is a Python pickle, which could run any code. Export the model to ONNX and upload that."
    ),
    "hdf5": _("This is a Keras or HDF5 file. Convert the model to ONNX, for example with tf2onnx."),
    "tflite": _("This is a TensorFlow Lite file. Convert the model to ONNX, for example with tf2onnx."),
    "ort": _("This is a model in onnxruntime's own format. Upload the .onnx file it was made from."),
    "not-onnx": _("This is not an ONNX file, or only a part of one. Export the model again."),
    "no-graph": _("There is no model in this file. Export the model again."),
    "external-data": _(
        "The weights of “%(tensor)s” lie in another file, “%(location)s”. Export the model as one file."
    ),
    "operator-domain": _(
        "The operator %(operator)s is of the domain “%(domain)s”, which is not taken here. Export the model "
        "with standard operators, or let the person who runs this site allow the domain."
    ),
    "too-many-nodes": _("The model has over %(limit)s operations. Export it without training parts."),
    "ir-version": _("The file is of ONNX IR version %(version)s; this site reads %(least)s to %(most)s."),
    "opset": _("The file is of ONNX opset %(version)s; this site reads up to %(most)s. Export it anew."),
    "no-input": _(
        "None of the model's inputs takes a picture, and it is none of the models of sound that this site runs."
    ),
    "input-type": _("The input “%(name)s” takes %(type)s, which this site cannot give."),
    "input-size": _("The input “%(name)s” asks for %(shape)s, which is too large."),
    "cannot-load": _("onnxruntime cannot load the model: %(detail)s"),
    "cannot-load-caffe": _("The Caffe net cannot be loaded: %(detail)s"),
    "cannot-run": _("onnxruntime cannot run the model: %(detail)s"),
    "cannot-run-caffe": _("The Caffe net cannot be run: %(detail)s"),
    "bad-definition": _(
        "The .prototxt file is no definition of a Caffe net in text. Take the one that came with the weights."
    ),
    "bad-pair": _("The definition and the weights of the Caffe net are not complete. Send both again."),
    "out-of-memory": _("The model needs more than %(limit)s of memory."),
    "out-of-time": _("The model was not ready within %(seconds)s seconds. It may contain an endless loop."),
    "crashed": _("The model ended the process that checked it (%(signal)s)."),
    "failed": _("The check failed. The person who runs this site finds the reason in the log."),
    "wrong-hash": _("The file arrived damaged: its SHA-256 is not the one of the file sent. Send it again."),
}


def sentence(refusal: dict[str, Any]) -> str:
    """The code and the values come from a process that looked into a hostile file."""
    try:
        return str(gettext(SENTENCES[refusal["code"]]) % refusal.get("values", {}))
    except (KeyError, TypeError, ValueError):
        return gettext(SENTENCES["failed"])
