"""IDX files: synthetic ones of every type, compressed or not, and damaged ones."""

import gzip
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import nn

CODES = {"u1": 8, "i1": 9, "i2": 11, "i4": 12, "f4": 13, "f8": 14}


def idx(data: np.ndarray) -> bytes:
    code = CODES[data.dtype.str[1:]]
    header = struct.pack(f">BBBB{data.ndim}I", 0, 0, code, data.ndim, *data.shape)
    return header + data.astype(data.dtype.newbyteorder(">")).tobytes()


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(sorted(CODES)).flatmap(
        lambda code: arrays.arrays(code, arrays.array_shapes(max_dims=3, max_side=4))
    ),
    st.booleans(),
)
def test_arrays_come_back(tmp_path_factory, data, zipped) -> None:
    path = tmp_path_factory.mktemp("idx") / "file"
    path.write_bytes(gzip.compress(idx(data), mtime=0) if zipped else idx(data))
    found = nn.read_idx(path)
    assert found.dtype == data.dtype
    assert np.array_equal(found, data, equal_nan=data.dtype.kind == "f")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no IDX file"),
        (b"PK\3\4 a zip", "no IDX file"),
        (b"\0\0\x08\x03\0\0\0\1", "cut off in its header of 3 axes"),
        (idx(np.zeros((2, 3), np.uint8))[:-1], r"6 bytes of shape \(2, 3\), it has 5"),
        (idx(np.zeros((2, 3), np.uint8)) + b"x", "it has 7"),
        (b"\0\0\x08\x02\xff\xff\xff\xff\xff\xff\xff\xff", "it has 0"),
        (gzip.compress(b"0" * 1000, mtime=0)[:20], "can't be decompressed"),
    ],
)
def test_what_is_no_idx_file(tmp_path, content: bytes, says: str) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(ValueError, match=says):
        nn.read_idx(tmp_path / "file")


def test_mnist_by_folder(tmp_path) -> None:
    images = np.arange(2 * 4, dtype=np.uint8).reshape(2, 2, 2) * 30
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(images), mtime=0))
    (tmp_path / "train-labels.idx1-ubyte").write_bytes(idx(np.array([7, 1], np.uint8)))
    X, y = nn.read_mnist(tmp_path)
    assert X.tolist() == (images.reshape(2, 4) / 255.0).tolist()
    assert y.tolist() == [7, 1]
    with pytest.raises(FileNotFoundError, match="no t10k-images-idx3-ubyte"):
        nn.read_mnist(tmp_path, "test")
    (tmp_path / "train-labels.idx1-ubyte").write_bytes(idx(np.array([7], np.uint8)))
    with pytest.raises(ValueError, match="one label an image"):
        nn.read_mnist(tmp_path)
