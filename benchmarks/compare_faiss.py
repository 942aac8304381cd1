#!/usr/bin/env python3
"""Both programs on the same vectors in one run: recall, queries per second one at a time and in a batch, training and adding, bytes.

    python3 benchmarks/compare_faiss.py BASE.npy QUERY.npy [--queries 1000] [--m 25] [--nlist 512] [--nprobe 16,32] [--rerank 100]

Needs numpy, faiss (faiss-cpu, or Debian's python3-faiss) and the .NET SDK. Squared L2, the 10 nearest, searches on one thread. FAISS runs IVFPQ, and
4-bit fast scan with float32 refinement (IVF,PQ<2m>x4fs,RFlat), the same bytes of code; PqGen runs IVFPQ without and with re-ranking.
"""
import argparse
import json
import os
import subprocess
import sys
import time

import numpy

import faiss

K = 10

# Vectors that both train on at most.
TRAINED = 65536
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base")
    parser.add_argument("query")
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--m", type=int, default=25)
    parser.add_argument("--nlist", type=int, default=512)
    parser.add_argument("--nprobe", default="16,32")
    parser.add_argument("--rerank", type=int, default=100)
    options = parser.parse_args()
    base = numpy.ascontiguousarray(numpy.load(options.base), dtype=numpy.float32)
    queries = numpy.ascontiguousarray(numpy.load(options.query)[: options.queries], dtype=numpy.float32)
    nprobes = [int(nprobe) for nprobe in options.nprobe.split(",")]
    if base.shape[1] % options.m != 0:
        sys.exit(f"--m is {options.m}; it needs to divide the {base.shape[1]} dims")

    print(f"{base.shape[0]} vectors x {base.shape[1]}, {len(queries)} queries, k = {K}, FAISS {faiss.__version__}\n")
    print("| index | nprobe | recall | queries/s | in a batch | train s | add s | bytes a vector |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    pqgen(options, nprobes, len(base))
    faiss.omp_set_num_threads(1)
    farthest = truth(base, queries)
    run_faiss(f"IVF{options.nlist},PQ{options.m}", base, queries, farthest, nprobes, 1, options.m)
    wide = 2 * options.m
    if base.shape[1] % wide == 0:
        factor = max(1, options.rerank // K)
        run_faiss(f"IVF{options.nlist},PQ{wide}x4fs,RFlat", base, queries, farthest, nprobes, factor, options.m + 4 * base.shape[1])


def pqgen(options, nprobes, vectors):
    """pqtool bench prints a line of JSON for each pair of nprobe and rerank."""
    tool = ["dotnet", "run", "-c", "Release", "--project", os.path.join(ROOT, "runtime", "PqGen.Tool"), "--", "bench"]
    arguments = ["--base", options.base, "--query", options.query, "--queries", str(options.queries), "-k", str(K), "--m", str(options.m)]
    arguments += ["--nlist", str(options.nlist), "--nprobe", ",".join(map(str, nprobes)), "--rerank", f"0,{options.rerank}", "--threads", "1", "--json"]
    arguments += ["--train", str(min(TRAINED, vectors))]
    output = subprocess.run(tool + arguments, stdout=subprocess.PIPE, check=True, text=True).stdout
    for row in map(json.loads, filter(lambda line: line.startswith("{"), output.splitlines())):
        ranked = f", {row['rerank']} re-ranked" if row["rerank"] else ""
        show(f"PqGen IVF{row['nlist']},PQ{row['m']}{ranked}", row["nprobe"], row["recall"], row["qps_online"], row["qps_batch"],
             row["train_seconds"], row["add_seconds"], row["resident_bytes_per_vector"])


def run_faiss(factory, base, queries, farthest, nprobes, factor, least_bytes):
    made = faiss.index_factory(base.shape[1], factory)
    index = faiss.downcast_index(made)  # "made" owns it
    start = time.perf_counter()
    index.train(base[numpy.random.default_rng(1).permutation(len(base))[:TRAINED]])
    trained = time.perf_counter()
    index.add(base)
    added = time.perf_counter()
    refines = isinstance(index, faiss.IndexRefine)
    ivf = faiss.downcast_index(index.base_index) if refines else index
    if refines:
        index.k_factor = factor
    for nprobe in nprobes:
        ivf.nprobe = nprobe
        one = best(lambda: [index.search(queries[q: q + 1], K) for q in range(len(queries))])
        batch = best(lambda: index.search(queries, K))
        found = index.search(queries, K)[1]
        distances = ((base[found] - queries[:, None, :]) ** 2).sum(axis=2)
        # As pqtool bench counts: a thousandth of the k-th's distance is let pass, and these are squared.
        recall = ((distances <= farthest[:, None] * 1.001 ** 2) & (found >= 0)).mean()
        ranked = f", {factor * K} refined" if refines else ""
        # Codes, ids and kept vectors; FAISS does not tell what it holds beside them.
        show(f"FAISS {factory}{ranked}", nprobe, recall, len(queries) / one, len(queries) / batch, trained - start, added - trained, least_bytes + 8)


def best(work):
    """The fastest of three passes, after one to warm up."""
    work()
    times = []
    for _ in range(3):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def truth(base, queries):
    """The squared distance of each query's true k-th neighbour."""
    exact = faiss.IndexFlatL2(base.shape[1])
    exact.add(base)
    return exact.search(queries, K)[0][:, K - 1]


def show(name, nprobe, recall, one, batch, train, add, size):
    print(f"| {name} | {nprobe} | {recall:.3f} | {one:,.0f} | {batch:,.0f} | {train:.1f} | {add:.1f} | {size:,.0f} |", flush=True)


if __name__ == "__main__":
    main()
