"""Print as JSON the name and version of each distribution that this Python imports from."""

import importlib.metadata
import json

found = importlib.metadata.distributions()
print(json.dumps([[one.metadata["Name"], one.version] for one in found]))
