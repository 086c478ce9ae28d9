"""One question of pandas over the lines of a file: FILE EXPRESSION, where `df` stands for the file."""

import sys

import pandas

file, expression = sys.argv[1:]
df = pandas.read_json(file, lines=True, convert_dates=False, dtype=False)
for value in eval(expression, {"df": df}):
    print(value)
