#!/usr/bin/env bash
# Fuzzes the readers of files with SharpFuzz and afl++, target after target, and prints what was run and what was found.
#   tests/fuzz.sh [SECONDS] [TARGET...]
# SECONDS, 60 by default, are for each target. Targets: index (both versions of the format: inspected, verified, read, mapped, loaded, searched and
# changed), parts (split and merged), faiss (taken, used, written), vectors (.npy, .fvecs and the others), named (HDF5 and Parquet, as pqtool reads
# them); all of them by default.
# PQGEN_FUZZ is the folder to work in, artifacts/fuzz by default: a second run goes on with what the first one has found out.
# What fails lies in FOLDER/out/TARGET/default/crashes and hangs; "dotnet FOLDER/plain/PqGen.Fuzz.dll replay TARGET FILE" shows it. Fix it, and keep
# the input in tests/PqGen.Tests/Storage/Corpus/TARGET.
# Installs afl++ where it may (root, apt on Debian). Exit code 0: nothing was found; 1: something was, or it failed; 77: no afl++ here.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
targets=("${@:2}")
[ ${#targets[@]} -gt 0 ] || targets=(index parts faiss vectors named)
work=${PQGEN_FUZZ:-artifacts/fuzz}
mkdir -p "$work"
work=$(cd "$work" && pwd)

if ! command -v afl-fuzz > "$work/which"; then
    if [ "$(id -u)" = 0 ] && command -v apt-get > "$work/which"; then
        { apt-get install -y --no-install-recommends afl++ || { apt-get update && apt-get install -y --no-install-recommends afl++; }; } \
            > "$work/apt" 2>&1 || true
    fi
    command -v afl-fuzz > "$work/which" || { echo "nothing was fuzzed: there is no afl++, and none could be installed"; exit 77; }
fi

# One build as it is, which makes the seeds and shows what was found, and a copy whose branches afl++ sees.
dotnet build tests/PqGen.Fuzz -c Release -o "$work/plain" -p:RunAnalyzers=false --nologo > "$work/build" 2>&1 || { cat "$work/build"; exit 1; }
rm -rf "$work/instrumented"
cp -r "$work/plain" "$work/instrumented"
for library in PqGen pqtool PureHDF Parquet; do
    dotnet "$work/plain/PqGen.Fuzz.dll" instrument "$work/instrumented/$library.dll"
done
dotnet "$work/plain/PqGen.Fuzz.dll" seeds "$work/seeds" tests/PqGen.Tests/Storage/Data

# What the parsers compare with as a whole; a mutation of bytes seldom makes it.
for word in SHAP TRAN CENT CODB ANIS ORIG RORG DERV HNSW CNTS LIST "IDS " ROWS ROW2 CALI CALB IxF2 IxFI IwFl IxPq IwPQ IPfs IwPf IxRF IxMp IxM2 IxPT IHNf \
    LTra VNrm PcAm rrot ilar full sprs "'descr': " "'fortran_order': " "'shape': " True False "<f4" ">f2" "|u1" "|V2" "<i8" \
    OHDR SNOD TREE HEAP PAR1; do
    echo "\"$word\""
done > "$work/words"

export AFL_SKIP_BIN_CHECK=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_AFFINITY=1 AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_AUTORESUME=1
export AFL_FORKSRV_INIT_TMOUT=60000
[ -w /dev/shm ] && export TMPDIR=/dev/shm
found=0
for target in "${targets[@]}"; do
    out=$work/out/$target
    mkdir -p "$out"
    nice -n 19 afl-fuzz -i "$work/seeds/$target" -o "$out" -x "$work/words" -t 10000 -m none -V "$seconds" \
        dotnet "$work/instrumented/PqGen.Fuzz.dll" fuzz "$target" > "$out/log" 2>&1 || { tail -n 30 "$out/log"; exit 1; }
    awk -F ' *: *' -v target="$target" '
        { value[$1] = $2 }
        END { printf "%s: %d inputs run in %d s, %s of the map reached, %d inputs kept, %d crashes, %d hangs\n", target, value["execs_done"],
            value["run_time"], value["bitmap_cvg"], value["corpus_count"], value["saved_crashes"], value["saved_hangs"] }' "$out/default/fuzzer_stats"
    failures=("$out"/default/crashes/id* "$out"/default/hangs/id*)
    for failure in "${failures[@]}"; do
        [ ! -e "$failure" ] || found=1
    done
done
exit "$found"
