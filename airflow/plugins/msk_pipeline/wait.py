"""A sensor that waits for a check, and takes no worker meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from time import time
from typing import Any

from airflow.sdk import BaseSensorOperator, Context
from airflow.sdk.exceptions import AirflowSensorTimeout
from airflow.triggers.base import BaseTrigger, TriggerEvent

from msk_pipeline import checks
from msk_pipeline.checks import Verdict


def ask(check: str, params: dict[str, Any], options: dict[str, Any]) -> Verdict:
    """Runs a check of `checks` by its name."""
    verdict: Verdict = getattr(checks, check)(params, **options)
    return verdict


class CheckTrigger(BaseTrigger):
    """Asks again and again until the check holds, or the time is over. A failed question is asked again."""

    def __init__(
        self, check: str, params: dict[str, Any], options: dict[str, Any], interval: float, deadline: float
    ) -> None:
        super().__init__()
        self.check = check
        self.params = params
        self.options = options
        self.interval = interval
        self.deadline = deadline

    def serialize(self) -> tuple[str, dict[str, Any]]:
        names = ("check", "params", "options", "interval", "deadline")
        return (f"{type(self).__module__}.{type(self).__qualname__}", {name: getattr(self, name) for name in names})

    async def run(self) -> AsyncIterator[TriggerEvent]:
        while True:
            try:
                verdict = await asyncio.to_thread(ask, self.check, self.params, self.options)
            except Exception as error:
                verdict = Verdict(False, f"{type(error).__name__}: {error}")
            if verdict.holds or time() >= self.deadline:
                yield TriggerEvent(verdict._asdict())
                return
            await asyncio.sleep(self.interval)


class CheckSensor(BaseSensorOperator):
    """
    Waits until a check of `checks` holds. It defers to the triggerer.

    :param check: the name of the check
    :param options: its arguments besides the params of the DAG run

    The param `patience_minutes` says how long it waits.
    """

    template_fields = ("options",)

    def __init__(
        self,
        *,
        check: str,
        options: dict[str, Any] | None = None,
        poke_interval: float = 5,
        **arguments: Any,
    ) -> None:
        super().__init__(poke_interval=poke_interval, **arguments)
        self.check = check
        self.options = options or {}

    def execute(self, context: Context) -> str:
        params = dict(context["params"])
        verdict = ask(self.check, params, self.options)
        if not verdict.holds:
            self.log.info("waiting: %s", verdict.seen)
            patience = timedelta(minutes=params["patience_minutes"])
            deadline = time() + patience.total_seconds()
            trigger = CheckTrigger(self.check, params, self.options, self.poke_interval, deadline)
            # The trigger ends by itself, and says what it saw last. This timeout is for a triggerer that stands still.
            self.defer(trigger=trigger, method_name="complete", timeout=2 * patience + timedelta(minutes=1))
        return self.complete(context, verdict._asdict())

    def complete(self, context: Context, event: dict[str, Any]) -> str:
        """Ends the wait. The XCom `at` has the moment."""
        verdict = Verdict(**event)
        if not verdict.holds:
            raise AirflowSensorTimeout(verdict.seen)
        context["ti"].xcom_push(key="at", value=datetime.now(UTC).isoformat())
        return verdict.seen
