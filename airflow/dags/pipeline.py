"""
# Is the pipeline healthy?

Checks every ten minutes that each event source mapping is on, that no lag is too long, that few dead letters lie
around, and that windows close. A failed check alerts. If a mapping is off, `repair` says whether it is started again.

docs/airflow.md says what each param means.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import Param, TriggerRule, dag, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException
from msk_pipeline import checks
from msk_pipeline.alert import Alert
from msk_pipeline.mappings import list_mappings, switch
from msk_pipeline.target import Target, functions_param, target_params
from msk_pipeline.wait import CheckSensor


def require(verdict: checks.Verdict) -> str:
    """Fails the task if the check doesn't hold. Asking again at once would change nothing, so it isn't retried."""
    if not verdict.holds:
        raise AirflowFailException(verdict.seen)
    return verdict.seen


@dag(
    schedule=timedelta(minutes=10),
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    doc_md=__doc__,
    tags=["msk-pipeline"],
    # What is retried is a question that wasn't answered: after 10, 20 and 40 s.
    default_args={
        "retries": 3,
        "retry_delay": timedelta(seconds=10),
        "retry_exponential_backoff": 2,
        "on_failure_callback": Alert(),
    },
    params={
        **target_params(),
        "functions": functions_param("The functions whose mappings must be on."),
        "max_lag_seconds": Param(60, type="number", minimum=0, description="The age of the oldest waiting record."),
        "patience_minutes": Param(5, type="number", minimum=0, description="How long a lag may be longer than that."),
        "max_dead_letters": Param(1000, type="integer", minimum=0, description="Records in a dead-letter topic."),
        "max_window_age_minutes": Param(
            15,
            type=["null", "number"],
            minimum=0,
            description="The age of the last closed window of orders. Empty: not checked, as where orders pause.",
        ),
        "repair": Param(
            "report",
            type="string",
            enum=["report", "start"],
            description="What to do with a mapping that is off: only alert, or start it again.",
        ),
    },
)
def pipeline() -> None:
    @task
    def mappings_are_on(*, params: dict[str, Any]) -> str:
        return require(checks.are_in_state(params, "Enabled"))

    @task
    def dead_letters_are_few(*, params: dict[str, Any]) -> str:
        return require(checks.dead_letters_are_few(params))

    @task
    def windows_close(*, params: dict[str, Any]) -> str:
        return require(checks.windows_close(params))

    @task(trigger_rule=TriggerRule.ONE_FAILED)
    def start_mappings(*, params: dict[str, Any]) -> list[str]:
        target = Target.of(params)
        off = [mapping for mapping in list_mappings(target, params["functions"]) if mapping.state == "Disabled"]
        if params["repair"] != "start":
            raise AirflowSkipException(f"not started, as `repair` says: {'; '.join(map(str, off))}")
        return switch(target, off, enabled=True)

    on = mappings_are_on()
    lags = CheckSensor(task_id="lags_are_short", check="lags_are_short")
    on >> [lags, dead_letters_are_few(), windows_close()]
    started = CheckSensor(task_id="mappings_started", check="are_in_state", options={"state": "Enabled"})
    on >> start_mappings() >> started


pipeline()
