"""The alert of a task that has failed for good."""

from __future__ import annotations

import json
from typing import Any
from urllib.request import Request, urlopen

from airflow.sdk import BaseHook, BaseNotifier, Context
from airflow.sdk.exceptions import AirflowNotFoundException

CONNECTION = "msk_pipeline_alerts"
TIMEOUT_SECONDS = 10


class Alert(BaseNotifier):
    """
    Logs the failure, and posts `{"text": …}` to a webhook, as Slack, Mattermost and others take it.

    The connection `msk_pipeline_alerts` has the webhook: its host is the address, and its password, which Airflow
    masks in logs, is what follows. Without the connection, the failure is only logged.
    """

    def notify(self, context: Context) -> None:
        instance = context["ti"]
        text = f"{instance.dag_id}, task {instance.task_id} failed: {context.get('exception')}"
        self.log.error("alert: %s", text)
        try:
            webhook: Any = BaseHook.get_connection(CONNECTION)
        except AirflowNotFoundException:
            return
        url = "/".join(part.strip("/") for part in (webhook.host, webhook.password) if part)
        body = json.dumps({"text": text}).encode()
        request = Request(url, data=body, headers={"content-type": "application/json"})
        try:
            urlopen(request, timeout=TIMEOUT_SECONDS).close()
        except OSError as error:
            # The task has failed for another reason, and its log says that one.
            self.log.error("the alert can't be sent: %s", error)
