"""
# Redrive dead letters after a fix

When the cause of dead letters is mended, this sends their records again, by `npm run dlq` (docs/dead-letters.md). First
it says what it would send, and fails if that is more than expected. A retry goes on with the same redrive: no record is
sent twice.
"""

from __future__ import annotations

import os
import re
import subprocess
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from airflow.sdk import Context, Param, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException
from msk_pipeline.alert import Alert
from msk_pipeline.target import functions_param, target_params
from msk_pipeline.wait import CheckSensor

CHECKOUT = os.environ.get("MSK_PIPELINE_CHECKOUT", str(Path(__file__).resolve().parents[2]))
"""A checkout of the service with `npm ci` done, on each worker that runs these tasks."""


def dlq(params: dict[str, Any], *options: str) -> str:
    """Runs `npm run dlq -- redrive`. Returns its output."""
    codes = [text for code in params["codes"] for text in ("--code", code)]
    # Without an address of a local run, the stage's function `redrive` does the work.
    stage = [] if params["endpoint_url"] else ["--stage", params["stage"], "--region", params["region_name"]]
    command = ["npm", "run", "--silent", "dlq", "--", "redrive", params["topic"], *codes, *stage, *options]
    done = subprocess.run(
        command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    print(done.stdout)
    if done.returncode != 0 and re.search(r"^sent (\d+) of \1 records$", done.stdout, re.MULTILINE):
        # The log names those that are refused, with the reason. Another try would refuse them too.
        raise AirflowFailException("some dead letters are refused; the others are sent")
    if done.returncode != 0:
        raise RuntimeError(f"npm run dlq: exit code {done.returncode}: {done.stdout.strip().splitlines()[-1:]}")
    return done.stdout


def redrive_id(context: Context) -> str:
    """The same for each try of a DAG run. `npm run dlq` wants the time of the start in ms, and six hex digits."""
    run = context["dag_run"]
    return f"{int(run.run_after.timestamp() * 1000)}-{sha256(run.run_id.encode()).hexdigest()[:6]}"


@dag(
    dag_id="pipeline_redrive",
    schedule=None,
    start_date=datetime(2026, 1, 1),
    max_active_runs=1,
    doc_md=__doc__,
    tags=["msk-pipeline"],
    default_args={"on_failure_callback": Alert()},
    params={
        **target_params(),
        "topic": Param("orders-dlq", type="string", pattern="^[a-z][a-z0-9-]*$", description="The dead-letter topic."),
        "codes": Param(
            [],
            type="array",
            items={"type": "string", "pattern": "^[A-Z_]+$"},
            description="Causes, such as UNKNOWN_PRODUCT. Empty: all.",
        ),
        "max_records": Param(1000, type="integer", minimum=0, description="Refuse to send more records than these."),
        "functions": functions_param("The functions that must have read all afterwards."),
        "max_lag_seconds": Param(60, type="number", minimum=0, description="The age of the oldest waiting record."),
        "patience_minutes": Param(15, type="number", minimum=0, description="How long that may take."),
    },
)
def pipeline_redrive() -> None:
    @task
    def dry_run(*, params: dict[str, Any]) -> int:
        found = re.search(r"^a redrive of \S+: (\d+) records$", dlq(params, "--dry-run"), re.MULTILINE)
        records = int(found[1]) if found else 0
        if records > params["max_records"]:
            raise AirflowFailException(f"{records} records would be sent, more than max_records allows")
        return records

    # A redrive that was stopped goes on: after 30 s, and after 60 s.
    @task(retries=2, retry_delay=timedelta(seconds=30), retry_exponential_backoff=2)
    def redrive(*, params: dict[str, Any]) -> str:
        return dlq(params, "--id", redrive_id(get_current_context())).strip().splitlines()[-1]

    dry_run() >> redrive() >> CheckSensor(task_id="lags_are_short", check="lags_are_short")


pipeline_redrive()
