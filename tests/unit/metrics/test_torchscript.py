"""TorchScript files: trust, the process that runs them, and what it cannot do."""

import os
import signal
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import psutil
import pytest
import torch
from torch import Tensor, nn

from foundation import downloads
from gan.metrics import Detectors
from gan.metrics.detectors import file_sha256
from gan.metrics.torchscript import script as scripts
from gan.metrics.torchscript.script import PUBLISHED, Script
from tests.fixtures_path import ROOT
from tests.unit.metrics import stand_ins

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of Linux")
CPU = torch.device("cpu")


class Deep(nn.Module):
    """Layers whose sums depend on the order of their terms."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.first = nn.Conv2d(3, 16, 5, stride=2)
        self.second = nn.Conv2d(16, 32, 3)
        self.last = nn.Linear(32, 50)

    def forward(
        self, img: Tensor, resize_images: bool = False, return_features: bool = False, return_lpips: bool = False
    ) -> Tensor:
        x = self.second(torch.relu(self.first(img.float() / 127.5 - 1))).mean(dim=[2, 3])
        return x if return_lpips else self.last(x)


class Endless(nn.Module):
    def forward(self, img: Tensor, return_features: bool = False, no_output_bias: bool = False) -> Tensor:
        n = 1
        while n > 0:
            n = n % 7 + 1
        return img


class Writer(nn.Module):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path

    def forward(self, img: Tensor, return_features: bool = False, no_output_bias: bool = False) -> Tensor:
        written = torch.from_file(self.path, shared=True, size=8, dtype=torch.uint8)
        written.fill_(65)
        return written.float().expand(img.shape[0], 8)


class Odd(nn.Module):
    def forward(self, img: Tensor, return_features: bool = False, no_output_bias: bool = False) -> Tensor:
        if return_features:
            raise ValueError("two\nlines")
        return img.float()


def written(folder: Path, network: nn.Module) -> Path:
    path = folder / f"{type(network).__name__.lower()}.pt"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.script(network).save(str(path))
    return path


def gone(process: psutil.Process) -> bool:
    """Wait for a process to end."""
    try:
        process.wait(60)
    except psutil.TimeoutExpired:
        return False
    return True


def process_of(script: Script) -> psutil.Process:
    return psutil.Process(script._process._process.pid)


def test_features_are_those_of_the_same_file_in_this_process(tmp_path):
    path = written(tmp_path, Deep())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        here = torch.jit.load(str(path)).eval()
    eye = Detectors([path], trusted=True).get("vgg16", "ppl2_wend")
    pictures = torch.randint(256, (6, 3, 40, 36), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        for images in (pictures, pictures[:, :1], pictures[1:3], pictures.float() * 0.7, pictures[:, :, ::2, 1:]):
            rgb = images.expand(-1, 3, -1, -1)
            assert torch.equal(eye.features(images), here(rgb, return_features=True))
            assert torch.equal(eye.perceptual(images), here(rgb, resize_images=False, return_lpips=True))


def test_files_of_unknown_origin_need_a_word(tmp_path, monkeypatch):
    monkeypatch.setenv("STYLESCOPE_CACHE_DIR", str(tmp_path / "cache"))
    path = stand_ins.write(tmp_path, stand_ins.Inception)[0]
    with pytest.raises(ValueError, match=r"not fetched from a published address: .*--trust-detector") as caught:
        Detectors([path])
    assert len(str(caught.value)) <= 300
    with pytest.raises(ValueError, match=r"none of the published addresses .*--trust-detector"):
        Detectors(["https://example.com/metrics/inception-2015-12-05.pt"])


def test_what_was_fetched_from_a_published_address_is_trusted(tmp_path, monkeypatch):
    """By its hash, which the cache records, under whatever name it lies."""
    monkeypatch.setenv("STYLESCOPE_CACHE_DIR", str(tmp_path / "cache"))
    path = stand_ins.write(tmp_path, stand_ins.Inception)[0]
    monkeypatch.setattr(
        downloads, "_receive", lambda url, write, *rest: (write(path.read_bytes()), file_sha256(path))[1]
    )
    assert Detectors([PUBLISHED[0]]).get("inception", "fid1k").name == "inception-2015-12-05.pt"
    assert Detectors([path]).get("inception", "fid1k").name == "inception.pt"
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(ValueError, match="--trust-detector"):
        Detectors([path])


def test_a_program_without_end_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(scripts, "IMAGE_S", -59.0)
    script = Script(written(tmp_path, Endless()), CPU, trusted=True)
    process = process_of(script)
    with pytest.raises(ValueError, match="gave no answer for 1 s and was ended"):
        script(torch.zeros(1, 3, 8, 8), {})
    assert gone(process)


def test_a_program_that_ends_is_told(tmp_path):
    script = Script(written(tmp_path, Endless()), CPU, trusted=True)
    process = process_of(script)
    timer = threading.Timer(0.5, process.kill)
    timer.start()
    with pytest.raises(ValueError, match=r"The process of the detector endless.pt ended \(signal 9\)"):
        script(torch.zeros(1, 3, 8, 8), {})
    timer.join()
    assert gone(process)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_cancelling_ends_a_program_at_work(tmp_path):
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # commands that ran here may have set another
    script = Script(written(tmp_path, Endless()), CPU, trusted=True)
    process = process_of(script)
    timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))

    def work() -> None:
        timer.start()
        script(torch.zeros(1, 3, 8, 8), {})

    try:
        with pytest.raises(KeyboardInterrupt):
            work()
    finally:
        signal.signal(signal.SIGINT, before)
    timer.join()
    assert gone(process)


def test_a_forgotten_program_ends(tmp_path):
    detectors = Detectors(stand_ins.write(tmp_path, stand_ins.Inception), trusted=True)
    process = process_of(detectors.get("inception", "fid1k")._script)
    del detectors
    assert gone(process)


@LINUX
def test_a_program_at_work_ends_with_the_process_that_asked(tmp_path):
    path = written(tmp_path, Endless())
    code = f"""
import torch
from gan.metrics.torchscript.script import Script
script = Script({str(path)!r}, torch.device("cpu"), trusted=True)
print(script._process._process.pid, flush=True)
script(torch.zeros(1, 3, 8, 8), {{}})
"""
    asking = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert asking.stdout is not None
    process = psutil.Process(int(asking.stdout.readline()))
    asking.kill()
    asking.wait()
    asking.stdout.close()
    assert gone(process)


def test_programs_that_write_files_are_refused_unrun(tmp_path):
    target = tmp_path / "target"
    with pytest.raises(ValueError, match="a program that writes files"):
        Script(written(tmp_path, Writer(str(target))), CPU, trusted=True)
    assert not target.exists()


@LINUX
@pytest.mark.parametrize("exists", [False, True])
def test_nothing_can_be_written_even_so(tmp_path, monkeypatch, exists):
    """Also if the code is not recognised: the process may not."""
    target = tmp_path / "target"
    if exists:
        target.write_bytes(b"precious")
    monkeypatch.setattr(scripts, "_writes", lambda file: False)
    script = Script(written(tmp_path, Writer(str(target))), CPU, trusted=True)
    with pytest.raises(ValueError, match=r"detector writer.pt failed"):
        script(torch.zeros(1, 3, 8, 8, dtype=torch.uint8), {"return_features": True})
    assert not target.exists() or target.read_bytes() == (b"precious" if exists else b"")


@LINUX
def test_the_process_is_closed_off(tmp_path):
    code = f"""
import errno, os, subprocess, tempfile
from gan.metrics.torchscript.child import shut
shut(None)
for path in ({str(tmp_path / "a")!r}, "b", "/tmp/stylescope-c", "/dev/shm/stylescope-d"):
    try:
        with open(path, "wb", buffering=0) as file:
            file.write(b"x")
    except OSError as error:
        assert error.errno in (errno.EFBIG, errno.EACCES, errno.ENOENT), error
    else:
        raise SystemExit(path)
try:
    tempfile.mkstemp()
except OSError:
    print("closed", flush=True)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "closed\n"), done.stderr
    assert not (tmp_path / "a").exists() or not (tmp_path / "a").read_bytes()


@pytest.mark.parametrize("arguments", [{"return_features": True}, {"no_output_bias": True}, {"colour": True}])
def test_failures_are_told_in_a_sentence(tmp_path, arguments):
    script = Script(written(tmp_path, Odd()), CPU, trusted=True)
    with pytest.raises(ValueError, match=r"^The detector odd.pt .*: name an official file") as caught:
        script(torch.zeros(2, 3, 8, 8), arguments)
    assert len(str(caught.value)) < 300
    assert str(caught.value).isprintable()
