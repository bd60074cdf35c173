#!/bin/sh
# Writes requirements.lock from what is installed in .venv. Local build labels (+cpu, +cu130) are dropped.
set -eu
cd "$(dirname "$0")/.."
{
    echo "# Every package of the virtual environment, pinned. Made by \`make lock\`; do not edit by hand."
    .venv/bin/python -m pip freeze --exclude-editable | sed -e 's/+[a-z0-9.]*$//' -e "s/^triton==.*/&; sys_platform == 'linux'/" \
        -e '/^standard-imghdr==/d'
    # What older versions of Python have, which the lock is made with, was a part of theirs.
    echo "standard-imghdr==3.13.0; python_version >= '3.13'"
    .venv/bin/python -m pip list --format freeze | grep '^setuptools=='
} >requirements.lock.new
mv requirements.lock.new requirements.lock
