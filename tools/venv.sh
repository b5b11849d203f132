#!/bin/sh
# Usage: tools/venv.sh EXTRA [FOLDER]: makes FOLDER (.venv) when it is missing, installs this project with that extra.
# Prints one line. Called by the Makefile, whose stamp files decide when it is due.
set -eu
extra=$1
folder=${2:-.venv}
started=$(date +%s)

usable() {  # a Python that is new enough and can make an environment with pip in it
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11)); ' 2>/dev/null && "$1" -c 'import ensurepip, venv' 2>/dev/null
}

find_python() {
    for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14; do
        if command -v "$name" >/dev/null 2>&1 && usable "$name"; then
            echo "$name"
            return
        fi
    done
}

make_venv() {
    python=$(find_python)
    if [ -n "$python" ]; then
        "$python" -m venv --clear "$folder"
    elif command -v uv >/dev/null 2>&1; then
        uv venv --quiet --clear --seed --python '>=3.11,<3.15' "$folder"
    else
        echo "rescind needs Python 3.11 or newer with its venv module. On Debian or Ubuntu:" >&2
        echo "    sudo apt install python3 python3-venv" >&2
        exit 1
    fi
}

# An environment whose interpreter is gone (folder moved, system upgraded) is made anew.
"$folder/bin/python" -c 'import pip' 2>/dev/null || make_venv

install() {  # what is not imported is not compiled: that halves the time
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --no-compile "$@"
}

# The pip that comes with an older Python takes twice as long to choose a hundred packages.
install "pip>=25"
install --editable ".[$extra]"
count=$("$folder/bin/python" -c 'from importlib.metadata import distributions as d; print(len(list(d())))')
printf '  environment   %-57s%5s s\n' "$folder, $count packages" "$(($(date +%s) - started))"
