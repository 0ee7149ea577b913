"""Hypothesis profiles: `dev` here, `ci` where the variable CI is set, `deep` or any by HYPOTHESIS_PROFILE."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

# Without the "explain" phase: it runs a failing example hundreds of times more.
PHASES = [Phase.explicit, Phase.reuse, Phase.generate, Phase.target, Phase.shrink]
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]

settings.register_profile("dev", max_examples=50, deadline=None, phases=PHASES, suppress_health_check=SLOW)
settings.register_profile(
    "ci",
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    phases=PHASES,
    suppress_health_check=SLOW,
)
settings.register_profile("deep", max_examples=20_000, deadline=None, suppress_health_check=SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev"))
