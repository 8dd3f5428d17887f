"""What a script says: JSON events for a program (contracts/events.ts), or text for a person."""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Literal

from gan.runtime.errors import StepError
from gan.runtime.printable import printable

MIN_SECONDS_BETWEEN_PROGRESS = 0.2


@dataclass(frozen=True)
class Output:
    """An artifact: path relative to the data root, digest, size, rows if it is a table."""

    path: str
    sha256: str
    bytes: int
    rows: int | None = None

    def to_json(self) -> dict[str, Any]:
        return {"path": self.path, "sha256": self.sha256, "bytes": self.bytes, "rows": self.rows}


@dataclass(frozen=True)
class Result:
    """What a step made. `text` is what a person reads instead of the summary, if there is more to say."""

    summary: str
    outputs: tuple[Output, ...] = ()
    metrics: Mapping[str, float | None] = field(default_factory=dict)
    verdict: Literal["pass", "warn", "fail"] | None = None
    data: Mapping[str, Any] | None = None
    text: str | None = None
    skipped: bool = False
    reason: str | None = None


class Reporter:
    """Prints a script's events. In text mode `human` lines are for people; in JSON mode they are not printed."""

    def __init__(
        self, step: str, machine_id: str | None, *, as_json: bool, on_reader_gone: Callable[[], None] | None = None
    ) -> None:
        self.step = step
        self.machine_id = machine_id
        self.as_json = as_json
        self._began = time.monotonic()
        self._last_progress = float("-inf")
        # Called when the parent, which read the events, is gone. The step can still save what it has.
        self.on_reader_gone = on_reader_gone

    def started(self, parameters: Mapping[str, Any]) -> None:
        self._event("started", parameters=dict(parameters))

    def progress(
        self,
        current: int,
        total: int,
        unit: str,
        *,
        metrics: Mapping[str, float | None] | None = None,
        eta_seconds: float | None = None,
        checkpoint: str | None = None,
        device: str | None = None,
        text: str | None = None,
    ) -> None:
        """Reports how far the step is; in JSON mode at most five times a second, but always at the end."""
        now = time.monotonic()
        if self.as_json and current < total and now - self._last_progress < MIN_SECONDS_BETWEEN_PROGRESS:
            return
        self._last_progress = now
        if text is not None:
            self.say(text)
        self._event(
            "progress",
            current=current,
            total=total,
            unit=unit,
            metrics=finite(metrics or {}),
            etaSeconds=None if eta_seconds is None or not math.isfinite(eta_seconds) else round(eta_seconds, 1),
            checkpoint=checkpoint,
            device=device,
        )

    def warning(self, code: str, message: str) -> None:
        self.say(f"⚠️  {message}")
        self._event("warning", code=code, message=printable(message))

    def result(self, result: Result) -> None:
        self.say(result.text or result.summary)
        extra = {} if result.data is None else {"data": dict(result.data)}
        self._event(
            "result",
            skipped=result.skipped,
            reason=_printable(result.reason),
            outputs=[output.to_json() for output in result.outputs],
            metrics=finite(result.metrics),
            verdict=result.verdict,
            summary=printable(result.summary),
            durationSeconds=round(time.monotonic() - self._began, 3),
            **extra,
        )

    def error(self, error: StepError) -> None:
        if not self.as_json:
            hint = "" if error.hint is None else f"\n  → {error.hint}"
            with suppress(OSError):
                print(printable(f"❌ {error.message}{hint}"), file=sys.stderr, flush=True)
        self._event(
            "error",
            code=error.code,
            message=printable(error.message),
            hint=_printable(error.hint),
            field=_printable(error.field),
            retryable=error.retryable,
            exitCode=error.exit_code,
        )

    def say(self, line: str) -> None:
        """Prints for a person: names and labels may come from anywhere, and must not control the terminal."""
        if not self.as_json:
            self._write(printable(line))

    @property
    def seconds(self) -> float:
        """Seconds since the step began."""
        return time.monotonic() - self._began

    def _event(self, event: str, **fields: Any) -> None:
        if not self.as_json:
            return
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        record = {"event": event, "step": self.step, "machineId": self.machine_id, "time": now, **fields}
        self._write(json.dumps(record, allow_nan=False, ensure_ascii=False, default=_plain))

    def _write(self, line: str) -> None:
        try:
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
        except BrokenPipeError:
            # Otherwise the interpreter would complain about it once more as it exits.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            if self.on_reader_gone is not None:
                self.on_reader_gone()


def _printable(text: str | None) -> str | None:
    return None if text is None else printable(text)


def finite(metrics: Mapping[str, float | None]) -> dict[str, float | None]:
    """Metrics as JSON can hold them: null for what is not a finite number."""
    return {k: None if v is None or not math.isfinite(v) else _number(v) for k, v in metrics.items()}


def _number(value: float) -> float:
    plain = _plain(value) if hasattr(value, "item") else value
    assert isinstance(plain, (int, float))
    return plain


def _plain(value: object) -> object:
    item: Callable[[], object] | None = getattr(value, "item", None)
    if item is None:
        raise TypeError(f"{type(value).__name__} cannot be written as JSON")
    return item()
