# Sourced by each finding. `install PACKAGE==VERSION ...` puts pinned public packages into a temporary folder, which goes
# when the script ends; `python`, and whatever commands the packages bring, then come from there.
set -euo pipefail
sandbox=$(mktemp -d)
trap 'rm -rf "$sandbox"' EXIT
install() {
    if command -v uv >/dev/null; then
        uv venv --quiet --python "${PYTHON:-python3.11}" "$sandbox/venv"
        uv pip install --quiet --python "$sandbox/venv/bin/python" "$@"
    else
        "${PYTHON:-python3.11}" -m venv "$sandbox/venv"
        "$sandbox/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
    fi
    PATH="$sandbox/venv/bin:$PATH"
    export PATH HOME="$sandbox" TZ=UTC
    cd "$sandbox"
}
