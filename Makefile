# Two commands are enough: `make run` opens the window, `make test` checks everything. Both set up what they need.

VENV := .venv
PY := $(VENV)/bin/python
PACKAGES := foundation gan renderer training_launcher viz visualizer.py stylescope.py

# Modules are compiled once and not in each process of the many that tests and windows start, whatever the shell says.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test soak check check-style check-imports check-language format setup lock gpu-check bench clean

run: setup
	@tools/run.sh

# One worker more than there are cores, as many tests wait for processes; the tests of a file share their fixtures, so
# they stay together, in the order of tests/conftest.py: the longest first.
WORKERS := $(shell cores=$$(nproc 2>/dev/null || echo 4); [ $$cores -gt 7 ] && cores=7; echo $$((cores + 1)))
PYTEST := $(PY) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --max-worker-restart=0

# Two runs: the window's tests hold OpenGL, the others hold torch, as in the product. The second also runs where the
# first failed, so that all that fails is seen at once.
test: setup check
	@code=0; $(PYTEST) --ignore=tests/e2e $(PYTEST_ARGS) || code=$$?; \
	$(PYTEST) tests/e2e $(PYTEST_ARGS) || code=$$?; exit $$code

ENDLESS := -o timeout=0 -o faulthandler_timeout=0

# Long searches for faults, hours of them: drawn examples twenty times as many, kills by the hundred, random actions by
# the thousand.
soak: setup
	STYLESCOPE_SOAK=1 $(PYTEST) --ignore=tests/e2e -m soak $(ENDLESS) $(PYTEST_ARGS)
	STYLESCOPE_SOAK=1 $(PYTEST) tests/e2e -m soak $(ENDLESS) $(PYTEST_ARGS)

# The longest first, all at once: three processes of one core each leave a second core idle for a third of their time.
check: setup
	@$(MAKE) --no-print-directory -j4 types-linux types-win32 types-darwin check-imports check-language check-style

check-style:
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

check-imports:
	$(VENV)/bin/lint-imports

check-language:
	$(PY) -m tools.check_language

# The types as each system has them: what one lacks is an error there only.
types-%:
	$(VENV)/bin/mypy --platform $* --cache-dir .mypy_cache/$* $(PACKAGES)

format: setup
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

setup:
	@tools/setup.sh

# After changing the dependencies in pyproject.toml: installs them and pins what was installed.
lock: setup
	$(VENV)/bin/pip install --quiet --editable '.[dev]'
	tools/lock.sh

# On a machine with a GPU, from the plain checkout, with that machine's own python3: it needs PyTorch, numpy, Pillow and
# pytest, and for the kernels Triton and a C compiler. GPU_ARGS go to the benchmark, as in GPU_ARGS=--only=operators.
gpu-check:
	python3 -m pytest -q -m gpu -p no:cacheprovider -o addopts= $(ENDLESS) tests/gpu tests/unit/networks/test_discriminator.py \
		tests/unit/networks/test_stylegan2.py tests/unit/networks/test_stylegan3.py
	python3 -m benchmarks.gpu $(GPU_ARGS)

# About half an hour on a machine that does nothing else. BENCH_ARGS go to it, as in BENCH_ARGS=--only=walk,latency.
bench: setup
	$(PY) -m benchmarks.cpu $(BENCH_ARGS)

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis tour
