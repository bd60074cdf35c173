"""Words of the four things to try."""

from tests.unit.viz.state.test_bands import SG2_32, SG2_1024
from viz.start.notes import notes_of


def test_bands_are_named_as_beside_the_layers():
    assert notes_of(True, SG2_1024)[2].text == "Coarse: pose. Middle: features. Fine: colour."
    assert notes_of(True, SG2_32)[2].text == "Coarse: 4² to 16². Middle: 16² to 32²."


def test_words_are_those_of_what_the_network_draws():
    assert [note.title for note in notes_of(True, SG2_32)][::2] == ["Drag the faces", "Drag a face onto a layer"]
    assert [note.title for note in notes_of(False, None)][::2] == ["Drag the pictures", "Drag a picture onto a layer"]
