"""`./run bench`: how fast this project is beside others, timed in turns by hyperfine.

No part of the toolkit: it has an environment of its own, and nothing that is installed for a
learner. What it found is read by `advices.site.speed`, for the site.
"""
