"""The models that a row of the catalogue names: ``{"models": [{"name", "title", "sha256", "spec"}]}``.

A model on an inference server has ``"remote": {"server", "model", "version"?}`` in the place of ``sha256``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..exceptions import ProcessorUnavailable
from ..inference.sound_spec import AnySpec, SoundSpec, any_spec
from ..inference.spec import ModelSpec

if TYPE_CHECKING:
    from ..inference.session import Model
    from ..inference.voice import VoiceModel
    from ..remote.remote_model import RemoteModel

    OpenModel = Model | RemoteModel


@dataclass(frozen=True)
class ConfiguredModel:
    name: str
    title: str
    sha256: str
    spec: AnySpec
    # What the configuration says of a model that runs elsewhere.
    remote: Mapping[str, Any] | None = None

    def open(self) -> "OpenModel":
        """Read the weights, or get ready to call the server; only a processor host does this."""
        spec = self.picture_spec
        if self.remote is not None:
            from ..remote.remote_model import RemoteModel

            return RemoteModel.open(self.remote, spec)
        from ..inference.session import Model
        from ..model_files import model_path

        return Model.open(model_path(self.sha256), spec, self.sha256)

    def open_voice(self) -> "VoiceModel":
        """The same for a model that hears."""
        spec = self.sound_spec
        from ..inference.voice import VoiceModel
        from ..model_files import model_path

        return VoiceModel.open(model_path(self.sha256), spec, self.sha256)

    @property
    def picture_spec(self) -> ModelSpec:
        if isinstance(self.spec, ModelSpec):
            return self.spec
        raise ProcessorUnavailable(f"{self.title} is a model that hears, and a picture is wanted here.")

    @property
    def sound_spec(self) -> SoundSpec:
        if isinstance(self.spec, SoundSpec) and self.remote is None:
            return self.spec
        raise ProcessorUnavailable(f"{self.title} is no model of sound on this server; choose another.")


def models_of(configuration: Mapping[str, Any]) -> list[ConfiguredModel]:
    """Return the models in their order; none at all means that nothing is installed yet."""
    listed = configuration.get("models") or []
    if not isinstance(listed, list):
        raise ProcessorUnavailable("“models” must be a list of models.")
    models = [model_from(entry) for entry in listed]
    names = [model.name for model in models]
    if len(set(names)) < len(names):
        raise ProcessorUnavailable("Two models have the same name; give each one of its own.")
    return models


def model_from(entry: Any) -> ConfiguredModel:
    if not isinstance(entry, Mapping):
        raise ProcessorUnavailable("Each model needs a name, its SHA-256 and a spec, in braces.")
    name, sha256 = entry.get("name"), entry.get("sha256")
    remote = remote_from(entry)
    if not isinstance(name, str) or not name or not (isinstance(sha256, str) or remote):
        raise ProcessorUnavailable(
            "Each model needs a name and its SHA-256, or a server and its model there."
        )
    title, spec = entry.get("title") or name, any_spec(entry.get("spec"))
    return ConfiguredModel(name, str(title), "" if remote else str(sha256), spec, remote)


def remote_from(entry: Mapping[str, Any]) -> Mapping[str, Any] | None:
    remote = entry.get("remote")
    if remote is None:
        return None
    if not isinstance(remote, Mapping) or not all(
        isinstance(remote.get(each), str) for each in ("server", "model")
    ):
        raise ProcessorUnavailable("“remote” must name a server and its model there.")
    return remote
