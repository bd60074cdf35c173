#!/bin/sh
# Makes .venv from requirements.lock, and installs the system's OpenGL and test packages where it may.
# Set TORCH_INDEX to the package index of the PyTorch build you want (CUDA, ROCm or CPU); see README.md.
set -eu
cd "$(dirname "$0")/.."

PACKAGES="libgl1 libegl1 libgl1-mesa-dri libglx-mesa0 libx11-6 libxrandr2 libxinerama1 libxcursor1 libxi6 libxkbcommon0 xvfb xdotool"

missing_packages() {
    for package in $PACKAGES "$@"; do
        dpkg-query --show --showformat='${Status}\n' "$package" 2>/dev/null | grep -q '^install ok installed$' || printf '%s ' "$package"
    done
}

find_python() {
    for name in ${PYTHON:-} python3.11 python3.12 python3.13 python3; do
        if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
            echo "$name"
            return
        fi
    done
    echo "StyleScope needs Python 3.11 or newer: install it, or name it as in 'make run PYTHON=/path/to/python3.11'." >&2
    exit 1
}

python=$(find_python)
if command -v dpkg-query >/dev/null; then
    venv_package=""
    "$python" -c 'import ensurepip' 2>/dev/null || venv_package="$(basename "$python")-venv"
    missing=$(missing_packages $venv_package)
    if [ -n "$missing" ]; then
        if [ "$(id -u)" = 0 ]; then
            echo "Installing system packages: $missing"
            apt-get update -qq
            DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
        else
            echo "Some system packages are missing. Run this once, then the same command again:" >&2
            echo "    sudo apt-get update && sudo apt-get install -y $missing" >&2
            exit 1
        fi
    fi
fi

stamp=.venv/.made-from
wanted=$(cat requirements.lock pyproject.toml tools/setup.sh; echo "${TORCH_INDEX:-}")
if [ -x .venv/bin/python ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
    exit 0
fi
echo "Setting up .venv from requirements.lock (a few minutes the first time)"
[ -x .venv/bin/python ] || "$python" -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} --requirement requirements.lock
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
printf '%s\n' "$wanted" >"$stamp"
