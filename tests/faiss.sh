#!/usr/bin/env bash
# Holds pqtool against FAISS, both ways: files that FAISS writes are converted and searched, indexes that pqtool builds are converted and searched by
# FAISS; ids and distances are compared. "tests/faiss.sh fixtures FOLDER" writes the files that PqGen.Tests keep, with FAISS's own answers.
# Installs python3-faiss where it may (root, apt on Debian). PQTOOL is the command to run pqtool by; without it pqtool is built.
# Exit code 0: the same; 1: not the same, or it failed; 77: no FAISS here.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

has_faiss() {
    /usr/bin/python3 -c 'import faiss, numpy' 2> "$out/python"
}

if ! has_faiss; then
    if [ "$(id -u)" = 0 ] && command -v apt-get > "$out/which"; then
        { apt-get install -y --no-install-recommends python3-faiss ||
            { apt-get update && apt-get install -y --no-install-recommends python3-faiss; }; } > "$out/apt" 2>&1 || true
    fi
    has_faiss || { echo "FAISS was not checked: there is no python3-faiss, and none could be installed"; exit 77; }
fi

# FAISS warns of every k-means on few points.
faiss_files() {
    /usr/bin/python3 tests/faiss_files.py "$@" 2> "$out/errors" || { grep -v '^WARNING clustering' "$out/errors" >&2; return 1; }
}

if [ "${1:-}" = fixtures ]; then
    faiss_files fixtures "$2"
    exit
fi

if [ -z "${PQTOOL:-}" ]; then
    dotnet build runtime/PqGen.Tool -c Release -o "$out/tool" -p:RunAnalyzers=false --nologo > "$out/log" 2>&1 || { cat "$out/log"; exit 1; }
    PQTOOL="dotnet $out/tool/pqtool.dll"
fi

mkdir "$out/work"
faiss_files check "$out/work" "$PQTOOL"
