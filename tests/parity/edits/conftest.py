"""Every comparison with the published programs, by the reference operators and where kernels are prepared."""

import pytest

from gan.ops.cpu import dispatch


@pytest.fixture(autouse=True, params=[False, True], ids=["reference", "kernels"])
def kernels(request):
    """Prepare the kernels, as programs do, or leave them alone."""
    if request.param and not dispatch.prepare():
        pytest.skip("no kernels on this computer")
