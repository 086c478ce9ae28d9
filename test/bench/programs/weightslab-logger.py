"""Times log_event of WeightsLab's own logger in logs that have a certain number of events.

    weightslab-logger.py <audit_logger.py> <directory> <json|csv> <events in the log> <events timed>

Prints seconds per event as a JSON list. The log is filled before by the logger itself where that
takes no time, and by the same json.dump where it would take minutes.
"""

import importlib.util
import json
import sys
import time
from dataclasses import asdict

path, directory, form, size, timed = *sys.argv[1:4], int(sys.argv[4]), int(sys.argv[5])
spec = importlib.util.spec_from_file_location("audit_logger", path)
module = importlib.util.module_from_spec(spec)
sys.modules["audit_logger"] = module
spec.loader.exec_module(module)

logger = module.AuditLogger(directory, format=form)


def details(step):
    return {
        "before": {"learning_rate": 0.001, "batch_size": 32, "optimizer": "adam", "scheduler": "cosine"},
        "after": {"learning_rate": 0.01, "batch_size": 64, "optimizer": "adamw", "scheduler": "linear"},
        "step": step,
        "dataset": "datasets/imagenet-1k/train",
    }


if form == "json":
    events = [
        asdict(module.AuditEvent("2026-11-21T05:54:09.739130Z", "hp_change", "success", details(step)))
        for step in reversed(range(size))
    ]
    with open(logger.json_path, "w", encoding="utf-8") as file:
        json.dump(events, file, indent=2, default=str)
else:
    for step in range(size):
        logger.log_event("hp_change", "success", details(step))

seconds = []
for step in range(size, size + timed):
    began = time.perf_counter()
    logger.log_event("hp_change", "success", details(step))
    seconds.append(time.perf_counter() - began)

if form == "json":
    count = len(json.loads(logger.json_path.read_text()))
else:
    count = logger.csv_path.read_text().count("\n") - 1
if count != size + timed:
    sys.exit(f"{count} events in the log, expected {size + timed}")
print(json.dumps(seconds))
