"""Arrays named by their content."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from renderer.document.arrays import MOST_BYTES, ArrayStore, UnknownArrayError, array_of, message_of, ref_of, refs_in
from renderer.document.document import Document
from renderer.document.parts import ArrayRef, Direction, Latent, WBlend
from renderer.ipc.protocol import ImageState, RenderRequest


@given(hnp.arrays(st.sampled_from(["<f4", "<f8", "|u1", "<i8"]), hnp.array_shapes(max_dims=3, min_side=0, max_side=4)))
def test_a_message_carries_any_array(array):
    message = message_of(array)
    store = ArrayStore()
    store.take(message)
    np.testing.assert_array_equal(store.get(message.ref), array)
    assert store.add(array) == message.ref == ref_of(array_of(message))


def test_type_and_shape_belong_to_the_name():
    zeros = np.zeros(4, np.float32)
    assert len({ref_of(zeros), ref_of(zeros.astype(np.int32)), ref_of(zeros.reshape(2, 2))}) == 3


def test_what_is_kept_never_changes():
    store, array = ArrayStore(), np.zeros(3)
    ref = store.add(array)
    array[0] = 1
    assert store.get(ref)[0] == 0
    with pytest.raises(ValueError, match="read-only"):
        store.get(ref)[0] = 1


def test_only_numbers_of_a_bearable_size():
    with pytest.raises(ValueError, match="only numbers"):
        ArrayStore().add(np.array(["a"]))
    with pytest.raises(ValueError, match="too large"):
        ArrayStore().add(np.broadcast_to(np.uint8(0), (MOST_BYTES + 1,)))
    with pytest.raises(UnknownArrayError, match="missing"):
        ArrayStore().get(ArrayRef("0" * 64))


def test_names_are_found_wherever_they_stand():
    a, b = ArrayRef("a"), ArrayRef("b")
    source = WBlend(((Latent(array=a), 0.5), (WBlend(((Latent(array=b), 1.0),)), 0.5)))
    assert set(refs_in(RenderRequest(1, ImageState(latent=source, directions=(Direction("age", a),))))) == {a, b}
    assert not set(refs_in(Document()))


def test_what_is_forgotten_is_gone_and_may_come_again():
    store = ArrayStore()
    a, b = store.add(np.zeros(3)), store.add(np.ones(4))
    store.forget([a, ArrayRef("0" * 64)])
    assert store.names() == {b}
    assert store.nbytes == 32
    assert store.add(np.zeros(3)) == a
