"""Classes of images by the folders that they lie in."""

from collections.abc import Iterable


def folder_classes(names: Iterable[str]) -> dict[str, int]:
    """Return the class of each image by the first folder of its name, in the order of the folders' names.

    Empty unless there are several such folders and every image lies in one.

    Args:
        names: Names with slashes.
    """
    found = {name: name.partition("/")[0] if "/" in name else "" for name in names}
    folders = sorted(set(found.values()))
    if len(folders) < 2 or not folders[0]:
        return {}
    number = {folder: index for index, folder in enumerate(folders)}
    return {name: number[folder] for name, folder in found.items()}
