"""The pipeline that a DAG run works on: a deployed stage, or a local run (`npm start`)."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.request import Request, urlopen

import boto3
from airflow.sdk import Param
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.client import BaseClient
from botocore.config import Config

TIMEOUT_SECONDS = 15


class Target(NamedTuple):
    """Where the pipeline is."""

    stage: str
    region_name: str
    endpoint_url: str | None
    api_url: str

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> Target:
        """The pipeline that the params of a DAG run name."""
        return cls(**{name: params[name] for name in cls._fields})

    @property
    def prefix(self) -> str:
        """The beginning of the functions' names: `service` of serverless.yml, and the stage."""
        return f"msk-pipeline-{self.stage}-"

    def aws_lambda(self) -> BaseClient:
        """Lambda's API: of AWS, or as the local run answers it."""
        retries = {"mode": "standard", "max_attempts": 3}
        config = Config(retries=retries, connect_timeout=5, read_timeout=TIMEOUT_SECONDS)
        return boto3.client("lambda", self.region_name, endpoint_url=self.endpoint_url, config=config)

    def ask(self, path: str) -> Any:
        """The HTTP API's answer (docs/api.md). The request is signed as API Gateway wants it."""
        request = AWSRequest("GET", self.api_url.rstrip("/") + path)
        credentials = boto3.Session().get_credentials()
        if credentials is not None:
            SigV4Auth(credentials, "execute-api", self.region_name).add_auth(request)
        signed = Request(request.url, headers=dict(request.headers))
        with urlopen(signed, timeout=TIMEOUT_SECONDS) as response:
            return json.load(response)


def target_params() -> dict[str, Param]:
    """The params of each DAG. A scheduled run takes the defaults, which the environment of Airflow sets."""
    return {
        "stage": Param(
            os.environ.get("MSK_PIPELINE_STAGE", "local"),
            type="string",
            pattern="^[a-z][a-z0-9]*$",
            description="The stage of the service. MSK_PIPELINE_STAGE has the default.",
        ),
        "region_name": Param(
            os.environ.get("AWS_REGION", "us-east-1"),
            type="string",
            description="The stage's AWS Region.",
        ),
        "endpoint_url": Param(
            os.environ.get("MSK_PIPELINE_ENDPOINT_URL"),
            type=["null", "string"],
            format="uri",
            description="Lambda's API of a local run: `aws` in .local/stack.json. Empty for AWS.",
        ),
        "api_url": Param(
            os.environ.get("MSK_PIPELINE_API_URL", "http://127.0.0.1:3000"),
            type="string",
            format="uri",
            description="The service's HTTP API: the stack's output HttpApiUrl, or `api` in .local/stack.json.",
        ),
    }


def functions_param(description: str) -> Param:
    """Functions by their keys in the service."""
    return Param(
        [],
        type="array",
        items={"type": "string", "pattern": "^[A-Za-z0-9]+$"},
        description=f"{description} Empty: all.",
    )
