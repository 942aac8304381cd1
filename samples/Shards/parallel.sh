#!/usr/bin/env bash
# Builds an index in parts on one machine, one process a job slot, by GNU parallel, and merges them. Run again after whatever stopped it: parts that are
# there and whole stay.
#   samples/Shards/parallel.sh vectors.npy words.pqg 8 --m 20 --nlist 512
# JOBS is how many parts are built at a time (2 unless said); PQTOOL the command to run pqtool by.
set -euo pipefail
if [ $# -lt 3 ]; then
    echo "usage: $0 VECTORS INDEX PARTS [options of training for pqtool build]" >&2
    exit 2
fi

vectors=$1 index=$2 parts=$3
shift 3
read -ra pqtool <<< "${PQTOOL:-pqtool}"
model=${index%.*}.model.pqg
jobs=${JOBS:-2}
[ -s "$model" ] || "${pqtool[@]}" build --npy "$vectors" --train-only --out "$model" "$@"
seq "$parts" | parallel --quote --jobs "$jobs" --halt soon,fail=1 \
    "${pqtool[@]}" build --npy "$vectors" --model "$model" --shard "{}/$parts" --threads $((($(nproc) + jobs - 1) / jobs)) --out "$index"
"${pqtool[@]}" merge "${index%.*}".*-of-"$parts"."${index##*.}" --out "$index"
