#!/bin/sh
# Opens the window; without a display, lets the tour drive it headless and says where the pictures are.
set -eu
cd "$(dirname "$0")/.."
if [ "$(uname)" = Darwin ] || [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    exec .venv/bin/python visualizer.py
fi
echo "There is no display here: the tour drives the window by itself."
.venv/bin/python visualizer.py --tour tour
echo "Its pictures and film are in $(pwd)/tour"
