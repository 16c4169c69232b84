"""Who proposes settings, one a file."""

from recli.experiments.tuning.samplers._base import Sampler, default_sampler, sampler

__all__ = ["Sampler", "default_sampler", "sampler"]
