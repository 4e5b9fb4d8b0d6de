"""Print as JSON those of the paths in the JSON argument that are no folders."""

import json
import sys
from pathlib import Path

print(json.dumps([path for path in json.loads(sys.argv[1]) if not Path(path).is_dir()]))
