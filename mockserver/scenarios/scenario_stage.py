"""What the scenarios of a simulation act on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..contract.operations import Operation
from ..faults.fault import CallerLookup
from ..faults.registry import FaultRegistry
from ..store.collection import Collection
from ..store.world import World


@dataclass(frozen=True, slots=True)
class ScenarioStage:
    """What a run acts on.

    find_caller: returns the persona of a call. is_auth_on: whether calls need tokens.
    """

    world: World
    faults: FaultRegistry
    operations: Mapping[str, Operation]
    collections: Mapping[str, Collection]
    find_caller: CallerLookup
    is_auth_on: bool
