# SPDX-License-Identifier: Apache-2.0
"""Makes calls of a running program fail or wait, by a part of the path (tests/support/failing_calls.cc)."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Rule:
    """`call`: write, sync, sync-folder. Without an error number it only waits."""

    call: str
    path_part: str
    error_number: int = 0
    wait_ms: int = 0


class FailingCalls:
    """Rules for a program that was started with `environment`."""

    def __init__(self, library: Path, rules: Path):
        self.rules = rules
        self.hits = rules.with_name(rules.name + ".hits")
        self.environment = [f"LD_PRELOAD={library}", f"CANDOR_FAILING_CALLS={rules}"]

    def begin(self, *rules: Rule) -> None:
        self.hits.unlink(missing_ok=True)
        lines = [f"{rule.call} {rule.error_number} {rule.wait_ms} {rule.path_part}\n" for rule in rules]
        fresh = self.rules.with_name(self.rules.name + ".new")
        fresh.write_text("".join(lines))
        os.replace(fresh, self.rules)

    def end(self) -> None:
        self.rules.unlink(missing_ok=True)

    def first_hit_ns(self) -> int | None:
        """When the first call met a rule."""
        try:
            words = self.hits.read_text().split()
        except FileNotFoundError:
            return None
        return int(words[0]) if words else None
