"""Makes the calls that stand on stdin with WeightsLab's own AuditLogger; prints its summary."""

import importlib.util
import json
import sys

task = json.load(sys.stdin)
spec = importlib.util.spec_from_file_location("audit_logger", task["module"])
module = importlib.util.module_from_spec(spec)
# Its dataclass looks its own module up.
sys.modules["audit_logger"] = module
spec.loader.exec_module(module)

logger = module.AuditLogger(task["directory"], "default", task["format"])
for call in task["calls"]:
    logger.log_event(call["actionType"], call["status"], call["details"], call["error"])
print(json.dumps(logger.get_log_summary()))
