"""Writes a new package with one processor, from the files in ``template/``."""

from pathlib import Path
from string import Template

from .names import checked_name, class_of, module_of

FOLDER = Path(__file__).parent / "template"
SUFFIX = ".template"


class FolderInTheWay(ValueError):
    pass


def write_package(name: str, into: Path) -> list[Path]:
    """Write the package into a new folder ``into / name`` and return its files."""
    folder = into / checked_name(name)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderInTheWay(f"{folder} is there already. Choose another name, or another place with --to.")
    words = {"name": name, "module": module_of(name), "class_name": class_of(name), "title": title_of(name)}
    return [write_file(source, folder, words) for source in sorted(FOLDER.rglob(f"*{SUFFIX}"))]


def title_of(name: str) -> str:
    return name.replace("-", " ").capitalize()


def write_file(source: Path, folder: Path, words: dict[str, str]) -> Path:
    """Names of files may hold ``module``, too, and a leading ``dot-`` stands for the dot of a hidden file."""
    relative = str(source.relative_to(FOLDER)).removesuffix(SUFFIX)
    target = folder / relative.replace("module", words["module"]).replace("dot-", ".")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(Template(source.read_text(encoding="utf-8")).substitute(words), encoding="utf-8")
    return target
