"""Writes bm25-reference.json: nDCG@10 of bm25s over papers.json, by query.

Run with: pip install bm25s==0.3.16 numpy; python bm25-reference.py > bm25-reference.json; npx prettier --write bm25-reference.json
"""

import json
import math
import re
from pathlib import Path

import bm25s

collection = json.loads(Path(__file__).with_name("papers.json").read_text())
numbers = [number for number, _ in collection["papers"]]


def words(text):
    return re.findall(r"[a-z0-9]+", text.lower())


def gain(order, relevant):
    best = sum(1 / math.log2(place + 2) for place in range(min(10, len(relevant))))
    return sum(1 / math.log2(place + 2) for place, number in enumerate(order[:10]) if number in relevant) / best


model = bm25s.BM25(method="lucene", k1=1.2, b=0.75, dtype="float64")
model.index([words(text) for _, text in collection["papers"]], show_progress=False)
gains = []
for query, relevant in collection["queries"]:
    known = [word for word in words(query) if word in model.vocab_dict]
    scores = model.get_scores(known) if known else [0] * len(numbers)
    found = sorted((place for place in range(len(numbers)) if scores[place] > 0), key=lambda place: (-scores[place], place))
    gains.append(round(gain([numbers[place] for place in found], set(relevant)), 6))
print(json.dumps({"reference": "bm25s 0.3.16", "ndcg": round(sum(gains) / len(gains), 6), "byQuery": gains}))
