"""Reads the Parquet files of a folder with DuckDB, says what it has found, and writes them again as DuckDB writes them.

Usage: through_duckdb.py PATTERN FILE. Prints a JSON object: columns (names and types) and the number of rows.
"""

import json
import sys

import duckdb

pattern, file = sys.argv[1:]
connection = duckdb.connect()
found = connection.read_parquet(pattern)
columns = dict(zip(found.columns, map(str, found.types)))
rows = len(found.fetchall())
connection.execute(
    f"COPY (SELECT * FROM read_parquet('{pattern}')) TO '{file}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 2048)"
)
print(json.dumps({"columns": columns, "rows": rows}))
