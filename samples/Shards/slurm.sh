#!/usr/bin/env bash
# Builds an index in parts on a Slurm cluster: a job trains the model, an array of jobs builds a part each, a last one merges them. All see the files
# under the same paths. Submit it again after whatever stopped it: parts that are there and whole stay.
#   samples/Shards/slurm.sh /data/vectors.npy /data/words.pqg 16 --m 20 --nlist 4096
# SBATCH_... variables (SBATCH_PARTITION, SBATCH_ACCOUNT, SBATCH_TIMELIMIT) say where the jobs run; CPUS is how many processors each has (4 unless said);
# PQTOOL the command to run pqtool by. Prints the number of the last job.
set -euo pipefail
if [ $# -lt 3 ]; then
    echo "usage: $0 VECTORS INDEX PARTS [options of training for pqtool build]" >&2
    exit 2
fi

vectors=$(realpath "$1") index=$(realpath -m "$2") parts=$3
shift 3
pqtool=${PQTOOL:-pqtool}
model=${index%.*}.model.pqg
submit=(sbatch --parsable --cpus-per-task "${CPUS:-4}" --output "${index%.*}.%x.%j.log")

# Slurm runs what --wrap says by sh, to which words are quoted.
train="[ -s $(printf %q "$model") ] || $pqtool build $(printf '%q ' --npy "$vectors" --train-only --out "$model" "$@")"
build="$pqtool build $(printf '%q ' --npy "$vectors" --model "$model" --out "$index") --shard \$SLURM_ARRAY_TASK_ID/$parts --threads \$SLURM_CPUS_PER_TASK"
merge="$pqtool merge $(printf %q "${index%.*}").*-of-$parts.${index##*.} --out $(printf %q "$index")"
trained=$("${submit[@]}" --job-name train --wrap "$train")
built=$("${submit[@]}" --job-name build --dependency "afterok:$trained" --kill-on-invalid-dep yes --array "1-$parts" --wrap "$build")
"${submit[@]}" --job-name merge --dependency "afterok:$built" --kill-on-invalid-dep yes --wrap "$merge"
