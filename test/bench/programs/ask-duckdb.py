"""One question in SQL over the lines of a file: FILE SQL, where `records` stands for the file."""

import sys

import duckdb

file, sql = sys.argv[1:]
connection = duckdb.connect()
connection.execute("set timezone = 'UTC'")
text = {name: "VARCHAR" for name in ("timestamp", "action_type", "outcome", "record_id", "stream", "actor_id", "target_id")}
columns = {**text, "sequence": "BIGINT"}
shape = ", ".join(f"{name}: '{kind}'" for name, kind in columns.items())
path = file.replace("'", "''")
connection.execute(
    f"create view records as select * from read_json('{path}', format = 'newline_delimited', columns = {{{shape}}})"
)
for (value,) in connection.execute(sql).fetchall():
    print(value)
