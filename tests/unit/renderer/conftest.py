import pytest

from tests.unit.renderer import tiny


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("networks")


@pytest.fixture
def sg2(folder):
    return tiny.Bench(tiny.save(folder, "sg2", notice="Not trained."))


@pytest.fixture
def cond(folder):
    return tiny.Bench(tiny.save(folder, "cond"))


@pytest.fixture
def sg3(folder):
    return tiny.Bench(tiny.save(folder, "sg3"))
