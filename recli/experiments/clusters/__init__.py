"""Who computes cells where this machine is not enough, one a file, by the scheme of its address."""

from recli.experiments.clusters._base import Cluster, Workers, named, opened

__all__ = ["Cluster", "Workers", "named", "opened"]
