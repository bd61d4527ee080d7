"""What is asked of the pipeline. Each check takes the params of a DAG run, and says whether it holds and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from msk_pipeline.mappings import list_mappings, step_of
from msk_pipeline.target import Target

Params = Mapping[str, Any]


class Verdict(NamedTuple):
    """Whether a check holds, and why in words."""

    holds: bool
    seen: str


def are_in_state(params: Params, state: str, step: str | None = None) -> Verdict:
    """Whether the mappings are switched on, or off, and none is being changed."""
    mappings = [own for own in list_mappings(Target.of(params), params["functions"]) if _is_of(own.function, step)]
    others = [str(mapping) for mapping in mappings if mapping.state != state]
    return Verdict(not others, "; ".join(others) or f"{len(mappings)} mappings are {state}")


def lags_are_short(params: Params) -> Verdict:
    """Whether no mapping that is on has a lag longer than allowed. A lag that isn't known is too long."""
    bound = params["max_lag_seconds"]
    late = [f"{name}: {_text(lag)}" for name, lag in _lags(params).items() if lag is None or lag > bound]
    return Verdict(not late, "; ".join(late) or f"no lag is longer than {bound} s")


def have_read_all_before(params: Params, moment: str, step: str) -> Verdict:
    """Whether the mappings of a step have read everything that was written before a moment (ISO 8601)."""
    age = (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()
    lags = _lags(params, step)
    late = [f"{name}: {_text(lag)}" for name, lag in lags.items() if lag is None or (lag > 0 and lag >= age)]
    return Verdict(not late, "; ".join(late) or f"{len(lags)} mappings have read all")


def dead_letters_are_few(params: Params) -> Verdict:
    """Whether no dead-letter topic holds more records than allowed."""
    bound = params["max_dead_letters"]
    topics = Target.of(params).ask("/pipeline")["deadLetters"]
    many = [f"{own['topic']} has {own['records']}" for own in topics if own["records"] > bound]
    return Verdict(not many, "; ".join(many) or f"no dead-letter topic has more than {bound}")


def windows_close(params: Params) -> Verdict:
    """Whether the last window of orders closed recently enough."""
    bound = params["max_window_age_minutes"]
    if bound is None:
        return Verdict(True, "not asked for")
    items = Target.of(params).ask("/product-metrics?limit=1")["items"]
    if not items:
        return Verdict(False, "no window has closed in the last day")
    end = datetime.fromisoformat(items[0]["windowEnd"])
    minutes = (datetime.now(UTC) - end).total_seconds() / 60
    return Verdict(minutes <= bound, f"the last closed window ended {minutes:.1f} min ago")


def _is_of(function: str, step: str | None) -> bool:
    return step is None or step_of(function) == step


def _lags(params: Params, step: str | None = None) -> dict[str, float | None]:
    """The age in seconds of the oldest record that waits, for each mapping that is on. None where it isn't known."""
    target = Target.of(params)
    known = {
        (own["function"], own["topic"]): 0.0 if own["lag"] == 0 else own["lagSeconds"]
        for own in target.ask("/pipeline")["mappings"]
    }
    return {
        f"{own.function} {own.topic}": known.get((own.function, own.topic))
        for own in list_mappings(target, params["functions"])
        if own.state == "Enabled" and _is_of(own.function, step)
    }


def _text(lag: float | None) -> str:
    return "not known" if lag is None else f"{lag:.1f} s"
