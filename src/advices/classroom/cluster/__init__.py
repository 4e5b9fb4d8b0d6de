"""A class in a Kubernetes cluster: a pod for each learner, made by KubeSpawner under Z2JH.

Z2JH's `hub.extraConfig` calls `configure`; the chart in kubernetes/class writes what it reads.
"""

from advices.classroom.cluster.configuring import configure
from advices.classroom.cluster.records import Cluster

__all__ = ["Cluster", "configure"]
