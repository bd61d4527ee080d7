"""The parts of the pipeline that can be started and stopped: Lambda's event source mappings."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from msk_pipeline.target import Target


class Mapping(NamedTuple):
    """An event source mapping of the stage."""

    uuid: str
    function: str
    topic: str
    state: str

    def __str__(self) -> str:
        return f"{self.function} {self.topic}: {self.state}"


def list_mappings(target: Target, functions: Collection[str] = ()) -> list[Mapping]:
    """The stage's mappings, of these functions or of all. There must be one of each function."""
    pages = target.aws_lambda().get_paginator("list_event_source_mappings").paginate()
    found = [
        Mapping(own["UUID"], name.removeprefix(target.prefix), own["Topics"][0], own["State"])
        for page in pages
        for own in page["EventSourceMappings"]
        # arn:aws:lambda:REGION:ACCOUNT:function:NAME, and an alias or version behind it
        if (name := own["FunctionArn"].split(":")[6]).startswith(target.prefix) and own.get("Topics")
    ]
    missing = set(functions or [""]) - {mapping.function for mapping in found}
    if not found or (functions and missing):
        raise LookupError(f"{target.prefix}* has no mapping of {', '.join(sorted(missing)) or 'any function'}")
    return [mapping for mapping in found if not functions or mapping.function in functions]


def switch(target: Target, mappings: Collection[Mapping], enabled: bool) -> list[str]:
    """Asks Lambda to switch the mappings that aren't in that state. While one is being changed, Lambda refuses."""
    wanted = "Enabled" if enabled else "Disabled"
    client = target.aws_lambda()
    switched = [mapping for mapping in mappings if mapping.state != wanted]
    for mapping in switched:
        client.update_event_source_mapping(UUID=mapping.uuid, Enabled=enabled)
    return [f"{mapping.function} {mapping.topic}" for mapping in switched]


STEPS = ("processing", "windows", "sinks")
"""The steps of the flow: what reads the topics from outside, what sums its results, what stores all of them."""


def step_of(function: str) -> str:
    """The step of a function, by its name: `process…`, `aggregate…`, or any other."""
    by_prefix = {"process": "processing", "aggregate": "windows"}
    return next((step for prefix, step in by_prefix.items() if function.startswith(prefix)), "sinks")
