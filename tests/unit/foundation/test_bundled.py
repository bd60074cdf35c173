"""Files of the bundled networks."""

from foundation import bundled
from tests.fixtures_path import ROOT


def test_the_networks_of_the_checkout_are_found():
    assert bundled.ASSETS == ROOT / "assets"
    assert bundled.DEMO.is_file()
    assert bundled.FIRST_DEMO.is_file()
