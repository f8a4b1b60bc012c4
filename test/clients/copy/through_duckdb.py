"""Reads the Parquet files of a folder with DuckDB, says what it has found, and writes them again as DuckDB writes them.

Usage: through_duckdb.py PATTERN FILE COMPRESSION. Prints a JSON object: columns (names and types) and the number of rows.
"""

import json
import sys

import duckdb

pattern, file, compression = sys.argv[1:]
connection = duckdb.connect()
found = connection.read_parquet(pattern)
columns = dict(zip(found.columns, map(str, found.types)))
rows = len(found.fetchall())
connection.execute(
    # a column that is a dictionary, as there are few different texts; and lists that are null
    f"COPY (SELECT *, CASE WHEN id LIKE '%7' THEN 'drama' ELSE 'comedy' END AS genre FROM read_parquet('{pattern}') UNION ALL "
    f"SELECT 'null-' || id, NULL, metadata, NULL, document, uri, 'null' FROM read_parquet('{pattern}') WHERE id LIKE '%99') "
    f"TO '{file}' (FORMAT parquet, COMPRESSION {compression}, ROW_GROUP_SIZE 2048)"
)
print(json.dumps({"columns": columns, "rows": rows}))
