"""Every field of a frame comes from what was rendered, or names its place in shared memory."""

from dataclasses import fields, replace

from renderer.document.request import RenderRequest
from renderer.engine.base import Rendered, frame_of
from renderer.ipc.protocol import Frame, ModelInfo, SlotRef

PLACE = {"request_id", "segment", "slot", "parts"}


def test_no_field_of_what_was_rendered_is_dropped():
    names = {field.name for field in fields(Rendered)} - {"images", "slot"}
    assert {field.name for field in fields(Frame)} == names | PLACE
    rendered = Rendered((), ModelInfo.__new__(ModelInfo), ())
    marked = replace(rendered, **{name: object() for name in names})
    frame = frame_of(RenderRequest(7), marked, SlotRef("segment", 3), ())
    assert (frame.request_id, frame.segment, frame.slot, frame.parts) == (7, "segment", 3, ())
    for name in names:
        assert getattr(frame, name) is getattr(marked, name), name
