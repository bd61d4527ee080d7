"""
# Start or stop the pipeline

`pipeline_stop` goes with the flow: it stops what reads the topics from outside; when the next functions have read all
of its results, these too. `pipeline_start` goes the other way round. Records wait in their topics meanwhile, as long as
the topics keep them: none is lost or handled twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import DAG, Param, TaskGroup, task
from msk_pipeline.alert import Alert
from msk_pipeline.mappings import STEPS, list_mappings, step_of, switch
from msk_pipeline.target import Target, functions_param, target_params
from msk_pipeline.wait import CheckSensor

SETTINGS: dict[str, Any] = {
    "schedule": None,
    "start_date": datetime(2026, 1, 1),
    "max_active_runs": 1,
    "doc_md": __doc__,
    "tags": ["msk-pipeline"],
    # Lambda refuses to switch a mapping that it is still changing. It is asked again after 10, 20, 40 s.
    "default_args": {
        "retries": 3,
        "retry_delay": timedelta(seconds=10),
        "retry_exponential_backoff": 2,
        "on_failure_callback": Alert(),
    },
    "params": {
        **target_params(),
        "functions": functions_param("The functions to switch."),
        "patience_minutes": Param(15, type="number", minimum=0, description="How long each step may take."),
    },
}


@task
def switch_step(step: str, enabled: bool, *, params: dict[str, Any]) -> list[str]:
    """Switches the mappings of a step. Returns those that weren't in that state."""
    target = Target.of(params)
    mappings = list_mappings(target, params["functions"])
    return switch(target, [own for own in mappings if step_of(own.function) == step], enabled)


def switched(step: str, state: str) -> CheckSensor:
    """Waits until the mappings of a step are in that state. A mapping that is off has committed all that it began."""
    return CheckSensor(task_id="switched", check="are_in_state", options={"state": state, "step": step})


with DAG("pipeline_stop", **SETTINGS):
    before: CheckSensor | None = None
    for step in STEPS:
        with TaskGroup(step):
            off = switched(step, "Disabled")
            stop = switch_step.override(task_id="stop")(step, enabled=False)
            if before is not None:
                # From then on, nothing more is written for this step to read.
                options = {"moment": before.output["at"], "step": step}
                CheckSensor(task_id="all_read", check="have_read_all_before", options=options) >> stop
            stop >> off
        before = off

with DAG("pipeline_start", **SETTINGS):
    before = None
    for step in reversed(STEPS):
        with TaskGroup(step):
            start = switch_step.override(task_id="start")(step, enabled=True)
            on = switched(step, "Enabled")
            start >> on
        if before is not None:
            before >> start
        before = on
