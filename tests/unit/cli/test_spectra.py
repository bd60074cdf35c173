"""`python -m gan spectra`, from statistics to plots."""

import re

import pytest
from click.testing import CliRunner

from gan.cli.main import main
from tests.pictures import noise, write_zip
from tests.unit.renderer.tiny import save


def invoke(*arguments):
    return CliRunner().invoke(main, ["spectra", *map(str, arguments)])


def test_from_a_dataset_and_a_network_to_drawings(tmp_path):
    data, network = write_zip(tmp_path / "data.zip", noise(6, 32)), save(tmp_path, "sg2")
    told = invoke("stats", f"--source={data}")
    assert told.exit_code == 0, told.output
    found = re.search(r"^(--mean=\S+) (--std=\S+)$", told.stdout, re.MULTILINE)
    for source, name in ((data, "real"), (network, "made")):
        dest = tmp_path / f"{name}.npz"
        done = invoke("calc", f"--source={source}", f"--dest={dest}", found[1], found[2], "--num=5", "--device=cpu")
        assert done.exit_code == 0, done.output
        assert "Spectrum of 5 pictures" in done.stdout
    heat = invoke("heatmap", f"--source={tmp_path / 'real.npz'}", f"--save={tmp_path / 'heat.png'}", "--dpi=30")
    sources = [f"--source={tmp_path / name}.npz" for name in ("real", "made")]
    cuts = invoke("slices", *sources, f"--save={tmp_path / 'cuts.png'}", "--dpi=30")
    assert (heat.exit_code, cuts.exit_code) == (0, 0), heat.output + cuts.output
    assert (tmp_path / "heat.png").is_file()
    assert (tmp_path / "cuts.png").is_file()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["stats", "--source=absent.zip"], "no dataset at absent.zip"),
        (["stats", "--source=absent.pkl", "--num=3"], "no such file"),
        (["calc", "--source={network}", "--dest=x.npz", "--mean=0", "--std=1"], "how many with --num"),
        (["calc", "--source={data}", "--dest=x.npz", "--mean=0", "--std=0"], "must be above 0"),
        (["heatmap", "--source=absent.npz", "--save=x.png"], "no file absent.npz"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(tmp_path, arguments, says):
    places = {"data": write_zip(tmp_path / "data.zip", noise(2)), "network": save(tmp_path, "sg2")}
    done = invoke(*(argument.format(**places) for argument in arguments))
    assert done.exit_code == 1
    assert says in done.output
    assert "Traceback" not in done.output
