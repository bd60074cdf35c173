"""The restricted unpickler reads data just as pickle does."""

import io
import pickle
import zipfile

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.pickles.constructors import allow_list
from foundation.pickles.containers import read_torch_zip
from foundation.pickles.foreign import Foreign
from foundation.pickles.machine import BoundedReader, Budget, Machine
from foundation.pickles.stream import LEFT_IN_FILE
from gan.io.errors import CorruptFileError, UnsafePickleError
from gan.io.records import FileBytes, NumpyArray, Record, Tensor, make_tensor
from tests.soak import times

KEYS = st.one_of(st.text(max_size=8), st.integers(-1000, 1000), st.booleans(), st.none(), st.binary(max_size=4))
PLAIN = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.integers(min_value=2**70),
        st.floats(allow_nan=False),
        st.text(max_size=300),
        st.binary(max_size=300),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.lists(inner, max_size=5).map(tuple),
        st.dictionaries(KEYS, inner, max_size=5),
        st.sets(KEYS, max_size=5),
    ),
    max_leaves=20,
)


def read(content: bytes, budget: Budget | None = None):
    budget = budget or Budget(copied_bytes=10**6)
    return Machine(allow_list(budget, make_tensor), budget=budget).load(
        BoundedReader(io.BytesIO(content), len(content))
    )


@settings(max_examples=times(150))
@given(value=PLAIN, protocol=st.integers(0, 5))
def test_plain_data(value, protocol):
    assert read(pickle.dumps(value, protocol)) == value


@pytest.mark.parametrize("protocol", range(6))
def test_shared_and_circular_lists(protocol):
    shared = [1, 2]
    first, second = read(pickle.dumps([shared, shared], protocol))
    assert first is second
    circle: list[object] = []
    circle.append(circle)
    found = read(pickle.dumps(circle, protocol))
    assert found[0] is found


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype=np.float32).reshape(2, 3),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.arange(24).reshape(2, 3, 4).transpose(1, 0, 2),
        np.arange(10, dtype=">i4")[::2],
        np.array([True, False]),
        np.zeros((0, 3), np.float16),
        np.array(7, np.uint8),
    ],
    ids=lambda array: f"{array.dtype}{array.shape}",
)
def test_numpy_arrays(array, protocol):
    found = read(pickle.dumps(array, protocol))
    assert isinstance(found, NumpyArray)
    assert found.read().dtype == array.dtype
    np.testing.assert_array_equal(found.read(), array)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("scalar", [np.float64(1 / 3), np.float32(0.1), np.int64(-5), np.bool_(True), np.uint8(200)])
def test_numpy_scalars_become_numbers(scalar, protocol):
    found = read(pickle.dumps(scalar, protocol))
    assert found == scalar.item()
    assert type(found) is type(scalar.item())


def test_the_old_spelling_of_numpy():
    content = pickle.dumps(np.float64(0.5), 2).replace(b"numpy._core.", b"numpy.core.")
    assert b"numpy.core" in content
    assert read(content) == 0.5


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize(
    "dtype",
    [torch.float32, torch.float16, torch.bfloat16, torch.float64, torch.int64, torch.uint8, torch.bool],
    ids=str,
)
def test_tensors(dtype, protocol):
    base = torch.arange(24).reshape(4, 6).to(dtype)
    for tensor in (base, base.t(), base[1:, ::2], base[2, 3], base[:0], torch.nn.Parameter(base, False)):
        found = read(pickle.dumps(tensor, protocol))
        assert isinstance(found, Tensor)
        made = found.read()
        assert made.dtype == dtype
        assert found.shape == tuple(tensor.shape)
        assert found.nbytes == tensor.numel() * tensor.element_size()
        assert torch.equal(made, tensor)
        assert made.is_contiguous()


def test_a_read_tensor_is_its_own():
    """Changing it changes neither the file's bytes nor a second reading."""
    found = read(pickle.dumps(torch.zeros(3)))
    found.read().fill_(7)
    assert torch.equal(found.read(), torch.zeros(3))


def test_torch_values_are_inert():
    value = {"dtype": torch.float32, "device": torch.device("cpu"), "size": torch.Size((2, 3))}
    found = read(pickle.dumps(value, 4))
    assert found["dtype"].name == "torch.float32"
    assert isinstance(found["device"], Record)
    assert found["size"] == (2, 3)


def test_the_refused_global_is_named():
    with pytest.raises(UnsafePickleError, match=r"os\.system") as caught:
        read(b"\x80\x02cos\nsystem\n.")
    assert caught.value.name == "os.system"


def test_names_are_not_decoded_any_further():
    """pickletools would read the backslashes as an escape and see `os.system` here."""
    with pytest.raises(UnsafePickleError) as caught:
        read(b"\x80\x02cos\nsys\\x74em\n.")
    assert caught.value.name == "os.sys\\x74em"


def test_the_budget_holds_across_nested_pickles():
    content = pickle.dumps([torch.zeros(3) for _ in range(10)])
    read(content, Budget(opcodes=2000, copied_bytes=10**6))
    with pytest.raises(CorruptFileError, match="parts"):
        read(content, Budget(opcodes=400, copied_bytes=10**6))


def test_several_pickles_in_a_row():
    stream = io.BytesIO(pickle.dumps(1) + pickle.dumps([2]))
    reader, machine = BoundedReader(stream, 1000), Machine({})
    assert (machine.load(reader), machine.load(reader)) == (1, [2])


def test_a_bounded_reader_ends_where_it_should():
    reader = BoundedReader(io.BytesIO(b"abcdef"), 4)
    assert (reader.read(3), reader.read(2**40), reader.read(1)) == (b"abc", b"d", b"")
    reader = BoundedReader(io.BytesIO(b"ab\ncdef\n"), 5)
    assert (reader.readline(), reader.tell(), reader.readline(), reader.readline()) == (b"ab\n", 3, b"cd", b"")
    with pytest.raises(ValueError, match="ends here"):
        reader.passed_over(1)


def test_packed_numbers_beside_a_pickle_that_is_not_packed(tmp_path):
    """The pickle is read on from where it was after its numbers were unpacked from elsewhere in the file."""
    values = [torch.arange(3.0), torch.zeros(5000), torch.arange(4)]
    torch.save(values, tmp_path / "plain.pt")
    with zipfile.ZipFile(tmp_path / "plain.pt") as plain, zipfile.ZipFile(tmp_path / "mixed.pt", "w") as mixed:
        for name in plain.namelist():
            packed = zipfile.ZIP_DEFLATED if "/data/" in name else zipfile.ZIP_STORED
            mixed.writestr(name, plain.read(name), packed)
    with (tmp_path / "mixed.pt").open("rb") as file:
        found = read_torch_zip(file, Budget(copied_bytes=10**6), Foreign(), make_tensor)
        assert all(torch.equal(one.read(), value) for one, value in zip(found, values, strict=True))


def read_lasting(file, size):
    """Read a pickle of a file that stays open, as networks are read."""
    budget = Budget(copied_bytes=LEFT_IN_FILE // 2)
    return Machine(allow_list(budget, make_tensor), budget=budget).load(BoundedReader(file, size, lasting=True))


@pytest.mark.parametrize("protocol", [3, 4, 5])
def test_long_runs_of_bytes_stay_in_the_file(tmp_path, protocol):
    values = {"tensor": torch.arange(LEFT_IN_FILE).float(), "array": np.arange(LEFT_IN_FILE), "short": torch.ones(3)}
    path = tmp_path / "values.pkl"
    path.write_bytes(pickle.dumps({**values, "bytes": bytes(LEFT_IN_FILE)}, protocol))
    with path.open("rb") as file:
        found = read_lasting(file, path.stat().st_size)
        assert isinstance(found["bytes"], FileBytes)
        assert isinstance(found["array"].data, FileBytes)
        assert torch.equal(found["tensor"].read(), values["tensor"])
        assert torch.equal(found["short"].read(), values["short"])
        np.testing.assert_array_equal(found["array"].read(), values["array"])
        with path.open("r+b") as other:
            other.truncate(1000)
        with pytest.raises(CorruptFileError, match="became shorter"):
            found["tensor"].read()


def test_axes_do_not_outlive_their_shape():
    found = read(pickle.dumps(np.zeros((2, 3, 4)).transpose(1, 0, 2), 5))
    found.set_state((1, (24,), found.dtype, False, bytes(192)))
    assert found.read().shape == (24,)


def test_copies_of_a_text_are_paid_for():
    text = pickle.dumps("x" * 1000, 2)[:-1] + b"c__builtin__\nbytearray\nq\x01"
    again = b"h\x01h\x00X\x07\x00\x00\x00latin-1\x86R"
    read(text + again * 5 + b".", Budget(copied_bytes=7500))
    with pytest.raises(CorruptFileError, match="far more parts"):
        read(text + again * 9 + b".", Budget(copied_bytes=7500))


def test_a_tensor_whose_numbers_lie_far_apart():
    """Reading it would copy the whole storage for a few numbers."""
    with pytest.raises(CorruptFileError, match="far apart"):
        read(pickle.dumps(torch.zeros(100_000)[::50_000], 4), Budget(copied_bytes=10**6))
