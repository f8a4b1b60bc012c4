"""Writes papers.json: abstracts, queries, and which abstracts are relevant to a query, of the Python package cherche.

Run with: pip download --no-deps --no-binary :all: cherche==2.2.1; python make-papers.py cherche-2.2.1.tar.gz > papers.json; npx prettier --write papers.json

A query is the name of a tag; what it was given to is relevant. Tags of 3 to 30 papers are queries, all of them: also those that say
nothing of the text, such as the name of a company, so that nobody has chosen what is easy.
"""

import json
import sys
import tarfile
from collections import defaultdict

package = tarfile.open(sys.argv[1])
folder = "cherche-2.2.1/cherche/data/semanlink/"
papers, tags = (json.load(package.extractfile(folder + name)) for name in ("arxiv.json", "tags.json"))

tagged = defaultdict(set)
texts = {}
for paper in papers:
    number = paper["arxiv_num"]
    texts[number] = " ".join(f"{paper['arxiv_title']}. {paper['arxiv_summary']}".split())
    for tag in paper["tag"]:
        tagged[tag].add(number)

queries = [(tags[tag]["prefLabel"][0], sorted(numbers)) for tag, numbers in sorted(tagged.items()) if 3 <= len(numbers) <= 30]
print("{")
print(' "papers": [\n  ' + ",\n  ".join(json.dumps(item, ensure_ascii=False) for item in sorted(texts.items())) + "\n ],")
print(' "queries": [\n  ' + ",\n  ".join(json.dumps(item, ensure_ascii=False) for item in queries) + "\n ]")
print("}")
