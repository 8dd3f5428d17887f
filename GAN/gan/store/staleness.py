"""Why a step must run: typed for programs, and one sentence for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

# contracts/plan.ts has the same.
Kind = Literal[
    "neverMade",  # the manifest does not have the step
    "parameter",  # name, before, after: null is "not given"
    "input",  # name, before, after: the first digits of its sha256, null where there is none
    "version",  # name: what the step's work is called; before: null in a manifest of 0.1.0, which had none
    "outputMissing",  # path
    "outputChanged",  # path
    "prerequisite",  # name: what is missing, as a sentence
    "forced",
    "upstream",  # name: the step that runs before and may change what this one reads
]


@dataclass(frozen=True)
class Stale:
    """A reason why a step must run. The comments at Kind say which fields each kind has."""

    kind: Kind
    name: str = ""
    before: Any = None
    after: Any = None
    path: str = ""

    def __str__(self) -> str:
        match self.kind:
            case "neverMade":
                return "never made"
            case "parameter":
                return self._parameter()
            case "input":
                return f"{self.name} changed"
            case "version" if self.before is None:
                return f"made before {self.name} had a version"
            case "version":
                return f"version of {self.name} changed from {self.before} to {self.after}"
            case "outputMissing":
                return f"{self.path} is missing"
            case "outputChanged":
                return f"{self.path} was changed"
            case "prerequisite":
                return self.name
            case "forced":
                return "forced"
            case "upstream":
                return f"{self.name} runs first"

    def _parameter(self) -> str:
        if self.before is None:
            return f"{self.name} is given now: {self.after}"
        if self.after is None:
            return f"{self.name} is no longer given"
        return f"{self.name} changed from {self.before} to {self.after}"

    def to_json(self) -> dict[str, Any]:
        """As contracts/plan.ts reads it: the kind, and the fields that the kind has."""
        body: dict[str, Any] = {"kind": self.kind}
        if self.name:
            body["name"] = self.name
        if self.path:
            body["path"] = self.path
        if self.kind in ("parameter", "input", "version"):
            body |= {"before": self.before, "after": self.after}
        return body
