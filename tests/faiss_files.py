"""FAISS's side of tests/faiss.sh: small indexes of every type with FAISS's answers, and comparisons with pqtool's."""
import json
import os
import subprocess
import sys

import faiss
import numpy as np

faiss.omp_set_num_threads(1)
D, N, K, QUERIES, NLIST, NPROBE = 8, 200, 5, 10, 5, 2


def data(seed=7):
    random = np.random.RandomState(seed)
    centres = random.normal(size=(12, D)) * 3
    def draw(n):
        return (centres[random.randint(12, size=n)] + random.normal(size=(n, D))).astype(np.float32)
    return draw(700), draw(N), draw(QUERIES)


def indexes():
    """Name, index, candidates to re-rank (0 for none), and the share of neighbours that are the same (1 but for rounded tables)."""
    train, base, _ = data()
    l2, ip = faiss.METRIC_L2, faiss.METRIC_INNER_PRODUCT
    own = np.arange(N, dtype=np.int64) * 1000003 - 17

    def transforms(index):
        while hasattr(index, "index") or hasattr(index, "base_index"):
            if hasattr(index, "chain"):
                yield from (faiss.downcast_VectorTransform(index.chain.at(i)) for i in range(index.chain.size()))
            index = faiss.downcast_index(index.index if hasattr(index, "index") else index.base_index)

    def made(description, metric=l2, ids=None, change=None):
        index = faiss.index_factory(D, description, metric)
        if change:
            change(index)
        for transform in transforms(index):
            # As good for this, and much sooner trained.
            if isinstance(transform, faiss.OPQMatrix):
                transform.niter = 3
        index.train(train)
        if ids is None:
            index.add(base)
        else:
            index.add_with_ids(base, ids)
        return probing(index)

    def probing(index):
        inner = index
        while not hasattr(inner, "nprobe") and (hasattr(inner, "index") or hasattr(inner, "base_index")):
            inner = faiss.downcast_index(inner.index if hasattr(inner, "index") else inner.base_index)
        if hasattr(inner, "nprobe"):
            inner.nprobe = NPROBE
        return index

    def flat_residual(index):
        index.by_residual = False

    yield "flat_l2", made("Flat"), 0, 1
    yield "flat_ip", made("Flat", ip), 0, 1
    yield "idmap2_flat_l2", made("IDMap2,Flat", l2, own), 0, 1
    yield "ivfflat_l2_ids", made("IVF5,Flat", l2, own), 0, 1
    yield "ivfflat_ip", made("IVF5,Flat", ip), 0, 1
    yield "pq4x8_l2", made("PQ4x8"), 0, 1
    yield "pq4x5_ip", made("PQ4x5", ip), 0, 1
    yield "pq4x4fs_l2", made("PQ4x4fs"), 0, .95
    yield "idmap_pq2x6_l2", made("IDMap,PQ2x6", l2, own), 0, 1
    yield "ivfpq4x8_l2", made("IVF5,PQ4x8"), 0, 1
    yield "ivfpq4x4_l2", made("IVF5,PQ4x4"), 0, 1
    yield "ivfpq4x6_ip_ids", made("IVF5,PQ4x6", ip, own), 0, 1
    yield "ivfpq4x3_l2", made("IVF5,PQ4x3"), 0, 1
    yield "ivfpq4x4_l2_vectors", made("IVF5,PQ4x4", l2, None, flat_residual), 0, 1
    yield "ivfpq4x4_ip_vectors", made("IVF5,PQ4x4", ip, None, flat_residual), 0, 1
    yield "ivfpq8x4fs_l2", made("IVF5,PQ8x4fs"), 0, .95
    yield "ivfpq8x4fsr_l2_ids", made("IVF5,PQ8x4fsr", l2, own), 0, .95
    yield "ivfpq4x4_hnsw_l2", made("IVF5_HNSW4,PQ4x4"), 0, 1
    yield "ivfpq4x4_refine_l2", made("IVF5,PQ4x4,RFlat"), K, 1
    yield "l2norm_flat_ip", made("L2norm,Flat", ip), 0, 1
    yield "l2norm_ivfflat_ip", made("L2norm,IVF5,Flat", ip), 0, 1
    yield "l2norm_ivfpq4x4_ip", made("L2norm,IVF5,PQ4x4", ip), 0, 1
    yield "l2norm_pq4x4_ip", made("L2norm,PQ4x4", ip), 0, 1

    # Transforms: rotations, fewer components, more of them, means, and what comes before and after.
    yield "opq4_ivfpq4x4_l2", made("OPQ4,IVF5,PQ4x4"), 0, 1
    yield "opq2_4_ivfpq2x4_l2_ids", made("OPQ2_4,IVF5,PQ2x4", l2, own), 0, 1
    yield "opq4_pq4x4_ip", made("OPQ4,PQ4x4", ip), 0, 1
    yield "pca4_ivfpq4x4_l2", made("PCA4,IVF5,PQ4x4"), 0, 1
    yield "pcar6_pq3x4_ip", made("PCAR6,PQ3x4", ip), 0, 1
    yield "pcaw4_ivfpq4x4_l2", made("PCAW4,IVF5,PQ4x4"), 0, 1
    yield "idmap_pca6_opq2_4_pq2x4_l2", made("IDMap,PCA6,OPQ2_4,PQ2x4", l2, own), 0, 1
    yield "rr12_pq4x4_l2", made("RR12,PQ4x4"), 0, 1
    yield "pad12_ivfpq4x4_l2", made("Pad12,IVF5,PQ4x4"), 0, 1
    yield "l2norm_opq4_ivfpq4x4_ip", made("L2norm,OPQ4,IVF5,PQ4x4", ip), 0, 1
    yield "opq4_l2norm_ivfpq4x4_ip", made("OPQ4,L2norm,IVF5,PQ4x4", ip), 0, 1
    yield "opq4_ivfpq4x4_refine_l2", made("OPQ4,IVF5,PQ4x4,RFlat"), K, 1
    yield "pca4_ivfpq4x8_refine_ip", made("PCA4,IVF5,PQ4x8,RFlat", ip), K, 1
    yield "rr8_flat_ip", made("RR8,Flat", ip), 0, 1
    yield "rr8_ivfflat_l2", made("RR8,IVF5,Flat"), 0, 1

    # Rows from which nothing leads back.
    yield "pca4_flat_l2", made("PCA4,Flat"), 0, 1
    yield "pcar4_flat_ip", made("PCAR4,Flat", ip), 0, 1
    yield "pcaw4_ivfflat_l2_ids", made("PCAW4,IVF5,Flat", l2, own), 0, 1
    yield "idmap_pca4_flat_l2", made("IDMap,PCA4,Flat", l2, own), 0, 1
    yield "opq2_4_ivfflat_ip", made("OPQ2_4,IVF5,Flat", ip), 0, 1
    yield "pad12_flat_l2", made("Pad12,Flat"), 0, 1
    yield "l2norm_rr12_ivfflat_ip", made("L2norm,RR12,IVF5,Flat", ip), 0, 1

    def behind(inner, *transforms):
        chain = faiss.IndexPreTransform(inner)
        for transform in reversed(transforms):
            chain.prepend_transform(transform)
        chain.train(train)
        chain.add(base)
        return probing(chain)

    yield "mean_ivfpq4x4_l2", behind(faiss.index_factory(D, "IVF5,PQ4x4"), faiss.CenteringTransform(D)), 0, 1
    yield "mean_flat_l2", behind(faiss.IndexFlatL2(D), faiss.CenteringTransform(D)), 0, 1
    yield "mean_flat_ip", behind(faiss.IndexFlatIP(D), faiss.CenteringTransform(D)), 0, 1
    yield "remap5_pq5x4_l2", behind(faiss.index_factory(5, "PQ5x4"), faiss.RemapDimensionsTransform(D, 5, True)), 0, 1
    yield "remap12_mean_pq4x4_l2", behind(
        faiss.index_factory(12, "PQ4x4"), faiss.RemapDimensionsTransform(D, 12, True), faiss.CenteringTransform(12)), 0, 1
    yield "rr8_inside_refine_l2", behind(faiss.index_factory(D, "IVF5,PQ4x4,RFlat"), faiss.RandomRotationMatrix(D, D)), K, 1

    for name, scalars in ("sq8", faiss.ScalarQuantizer.QT_8bit), ("fp16", faiss.ScalarQuantizer.QT_fp16), (
            "sq8u", faiss.ScalarQuantizer.QT_8bit_uniform):
        first, second = made("IVF5,PQ4x4"), faiss.IndexScalarQuantizer(D, scalars)
        second.train(base)
        second.add(base)
        refined = faiss.IndexRefine(first, second)
        refined.k_factor = 4
        yield f"ivfpq4x4_{name}_l2", refined, 4 * K, 1

    removed = made("IVF5,PQ4x4")
    removed.remove_ids(np.arange(0, N, 3, dtype=np.int64))
    yield "ivfpq4x4_removed_l2", removed, 0, 1

    # Lists in an order that is not that of the ids, and lists that are mostly empty.
    shuffled = faiss.index_factory(D, "IVF5,PQ4x4")
    shuffled.train(train)
    order = np.random.RandomState(3).permutation(N).astype(np.int64)
    shuffled.add_with_ids(base[order], order)
    shuffled.nprobe = NPROBE
    yield "ivfpq4x4_shuffled_l2", shuffled, 0, 1

    sparse = faiss.index_factory(D, "IVF40,PQ4x4")
    sparse.train(train)
    sparse.add(base[:6])
    sparse.nprobe = 40
    yield "ivfpq4x4_sparse_l2", sparse, 0, 1
    empty = faiss.index_factory(D, "IVF5,PQ4x4")
    empty.train(train)
    yield "ivfpq4x4_empty_l2", empty, 0, 1

    mixed = faiss.IndexPreTransform(faiss.NormalizationTransform(D), faiss.IndexIVFFlat(faiss.IndexFlatL2(D), D, NLIST, ip))
    mixed.train(train)
    mixed.add(base)
    faiss.downcast_index(mixed.index).nprobe = NPROBE
    yield "l2norm_ivfflat_l2lists_ip", mixed, 0, 1


def fixtures(folder):
    _, _, queries = data()
    os.makedirs(folder, exist_ok=True)
    answers = {"queries": queries.tolist(), "k": K, "indexes": {}}
    for name, index, rerank, share in indexes():
        if isinstance(index, faiss.IndexIVFPQ):
            index.use_precomputed_table = 0
        distances, ids = index.search(queries, K)
        faiss.write_index(index, os.path.join(folder, name + ".faiss"))
        answers["indexes"][name] = {
            "rerank": rerank,
            "share": share,
            "ids": ids.tolist(),
            "distances": [[float(d) if i != -1 else 0 for d, i in zip(*row)] for row in zip(distances, ids)],
        }
    with open(os.path.join(folder, "answers.json"), "w") as file:
        json.dump(answers, file, indent=None, separators=(",", ":"))
        file.write("\n")


def tool(command, *words):
    done = subprocess.run(command.split() + list(words), capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"pqtool {' '.join(words)}: exit code {done.returncode}\n{done.stderr}")
    return done.stdout


def compare(name, share, ours, theirs):
    """Ids and distances of both: distances are the same to a thousandth, neighbours but for ties; as many as the share says where FAISS rounds."""
    (ids, distances), (other, others) = ours, theirs
    found = other != -1
    if (found != (ids != -1)).any():
        raise SystemExit(f"{name}: as many are not found")
    same = np.mean([len(set(a) & set(b)) / len(set(b)) for a, b in zip(ids, other)])
    error = np.max(np.abs(distances - others)[found] / np.maximum(1e-3, np.abs(others[found])), initial=0)
    print(f"{name:40} same neighbours {same:.3f}, distances to {error:.1e}")
    if same < min(share, .9) or (share == 1 and error > 1e-3):
        raise SystemExit(f"{name}: not the same")


def check(folder, command):
    train, base, queries = data()
    at = lambda file: os.path.join(folder, file)
    np.save(at("query.npy"), queries)
    np.save(at("base.npy"), np.concatenate([train, base]))
    np.save(at("ids.npy"), np.arange(len(train) + len(base), dtype=np.int64) * 11 + 5)

    def search(file, k, rerank):
        tool(command, "search", "--index", at(file), "--query", at("query.npy"), "-k", str(k), "--rerank", str(rerank),
             "--out", at("found.npy"), "--distances", at("distances.npy"))
        return np.load(at("found.npy")), np.load(at("distances.npy"))

    for name, index, rerank, share in indexes():
        if index.ntotal == 0:
            continue
        k = min(K, index.ntotal)
        distances, ids = index.search(queries, k)
        faiss.write_index(index, at("their.faiss"))
        tool(command, "convert", at("their.faiss"), at("their.pqg"))
        compare("from FAISS: " + name, share, search("their.pqg", k, rerank), (ids, distances))

        # And what was taken from FAISS goes back.
        tool(command, "convert", at("their.pqg"), at("back.faiss"))
        back = faiss.read_index(at("back.faiss"))
        distances, ids = back.search(queries, k)
        compare("and back", .9 if rerank else share, search("their.pqg", k, k if rerank else 0), (ids, distances))

    for kind in ("flat", "ivfflat --nlist 9", "pq --m 4", "pq --m 4 --ksub 16", "ivfpq --m 4 --nlist 9", "ivfpq --m 2 --ksub 100 --nlist 9",
                 "pq --m 3 --ksub 16 --pad", "pq --m 4 --ksub 16 --mean", "ivfpq --m 4 --nlist 9 --opq", "ivfpq --m 3 --ksub 16 --nlist 9 --opq --pad",
                 "ivfpq --m 3 --ksub 16 --nlist 9 --mean --pad"):
        for metric in ("l2",) if "--mean" in kind else ("l2", "ip", "cosine"):
            for ids in [], ["--ids", at("ids.npy")]:
                codes = "pq" in kind
                for keep in (["--keep", "none"], ["--keep", "float32"]) if codes else ([],):
                    words = ["--kind", *kind.split(), "--metric", metric, *ids, *keep]
                    tool(command, "build", "--npy", at("base.npy"), "--out", at("our.pqg"), *words)
                    tool(command, "convert", at("our.pqg"), at("our.faiss"))
                    index = faiss.read_index(at("our.faiss"))
                    distances, found = index.search(queries, 10)
                    if metric == "cosine" and codes:
                        distances = 1 - distances / 2
                    kept = codes and "float32" in keep
                    # Which of equally near codes become candidates is each program's own choice.
                    name = "to FAISS: " + " ".join(word for word in words if "/" not in word)
                    compare(name, .95 if kept else 1, search("our.pqg", 10, 10 if kept else 0), (found, distances))


if sys.argv[1] == "fixtures":
    fixtures(sys.argv[2])
else:
    check(sys.argv[2], sys.argv[3])
