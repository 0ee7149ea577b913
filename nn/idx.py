"""IDX files, the format of the MNIST data: read by path, compressed or not."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import Any

from nn.extras import need

# The third byte of a file says what its numbers are.
TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def read_idx(path: str | os.PathLike[str]) -> Any:
    """The array in an IDX file (http://yann.lecun.com/exdb/mnist), decompressed where it is gzip.

    ValueError for what is no IDX file or was cut off.
    """
    np = need("numpy")
    content = Path(path).read_bytes()
    if content[:2] == b"\x1f\x8b":
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError) as error:
            raise ValueError(f"{path} can't be decompressed: {error}") from None
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in TYPES:
        raise ValueError(f"{path} is no IDX file: it begins with {content[:4]!r}")
    kind, axes = np.dtype(TYPES[content[2]]), content[3]
    begin = 4 + 4 * axes
    if axes == 0 or len(content) < begin:
        raise ValueError(f"{path} was cut off in its header of {axes} axes")
    shape = tuple(int.from_bytes(content[i : i + 4], "big") for i in range(4, begin, 4))
    needed = kind.itemsize
    for n in shape:
        needed *= n
    if len(content) - begin != needed:
        raise ValueError(f"{path} should hold {needed} bytes of shape {shape}, it has {len(content) - begin}")
    return np.frombuffer(content, kind, offset=begin).reshape(shape).astype(kind.newbyteorder("="))


def read_mnist(folder: str | os.PathLike[str], part: str = "train") -> tuple[Any, Any]:
    """Images as rows of 784 numbers from 0 to 1 and their labels, from MNIST's own four files in a folder.

    `part` is "train" or "test". FileNotFoundError that names what was looked for.
    """
    if part not in ("train", "test"):
        raise ValueError(f"part is {part!r}: give train or test")
    prefix = "train" if part == "train" else "t10k"
    images = read_idx(_find(Path(folder), f"{prefix}-images", "idx3-ubyte"))
    labels = read_idx(_find(Path(folder), f"{prefix}-labels", "idx1-ubyte"))
    if images.ndim != 3 or labels.ndim != 1 or len(images) != len(labels):
        raise ValueError(
            f"{folder} holds {part} images of shape {images.shape} and labels of shape {labels.shape}: "
            "one label an image is needed"
        )
    return images.reshape(len(images), -1) / 255.0, labels.astype(int)


def _find(folder: Path, stem: str, ending: str) -> Path:
    for name in (f"{stem}-{ending}", f"{stem}.{ending}"):
        for zipped in ("", ".gz"):
            if (folder / (name + zipped)).is_file():
                return folder / (name + zipped)
    raise FileNotFoundError(
        f"no {stem}-{ending} (or .gz) in {folder}: download MNIST's four files and give their folder"
    )
