"""Writes bm25-reference.json: texts, queries, and what bm25s gives for them.

Run with: pip install bm25s==0.3.16 numpy; python bm25-reference.py > bm25-reference.json
"""

import json
import random

import bm25s

SYLLABLES = ["ka", "lo", "mi", "ru", "te", "po", "sa", "vin", "dor", "bel"]
ODD = ["Überfluß", "naïve", "1999", "東京"]
TEXTS, QUERIES, VOCABULARY = 700, 20, 400

rng = random.Random(51)
vocabulary = ODD + sorted({"".join(rng.choices(SYLLABLES, k=rng.randint(2, 4))) for _ in range(VOCABULARY)})
# a few words are in most texts, most are in few: as in a language
weights = [1 / (rank + 1) for rank in range(len(vocabulary))]
texts = [rng.choices(vocabulary, weights, k=rng.randint(1, 60)) for _ in range(TEXTS)]
queries = [sorted(set(rng.choices(vocabulary, k=2)) | set(rng.choices(vocabulary, weights, k=2))) for _ in range(QUERIES)]

model = bm25s.BM25(method="lucene", k1=1.2, b=0.75, dtype="float64")
model.index([[word.lower() for word in text] for text in texts], show_progress=False)
answers = []
for query in queries:
    scores = model.get_scores([word.lower() for word in query])
    order = sorted(range(TEXTS), key=lambda place: (-scores[place], place))[:10]
    answers.append({"query": " ".join(query), "best": [[place, round(float(scores[place]), 6)] for place in order if scores[place] > 0]})
print("{")
print(' "texts": [\n  ' + ",\n  ".join(json.dumps(" ".join(text), ensure_ascii=False) for text in texts) + "\n ],")
print(' "answers": [\n  ' + ",\n  ".join(json.dumps(answer, ensure_ascii=False) for answer in answers) + "\n ]")
print("}")
