"""The control plane: what tests and scripts use to control and inspect the simulator, below `/__admin`.

Each module or folder is named as its path below `/__admin`. It is imported with the first call of one of its
operations, since most servers get few such calls.
"""

from __future__ import annotations

from functools import cached_property
from importlib import import_module

from ..messages import Call, Handler, Listing, Reply, Service
from .context import ControlContext

OPERATIONS = {  # by the module whose `handlers(context)` has them
    "health": "health version",
    "certs": "authorityCertificate proxyFile",
    "state.handlers": "showState listCollection replaceCollection emptyCollection showRow writeRow patchRow removeRow",
    "changes.handlers": "listChanges",
    "world": "exportWorld importWorld showWorldSchema",
    "seed": "seed",
    "reload": "reload",
    "reset": "reset",
    "undo": "undo",
    "snapshots": "listSnapshots saveSnapshot deleteSnapshot restoreSnapshot diffSnapshots diffState",
    "tenants": "listTenants dropTenant",
    "worlds": "listWorlds dropWorld",
    "settings": "showSettings changeSettings setGlobalDelay",
    "clock": "showClock setClock advanceClock",
    "tokens": "listTokens mintToken revokeToken",
    "requests.handlers": (
        "listRequests clearRequests resetRequests showRequest removeRequest countRequests findRequests removeRequests "
        "listUnmatched nearMissesOfUnmatched nearMissesOfRequest nearMissesOfPattern exportRequests"
    ),
    "requests.waiting": "waitForRequests neverRequests orderedRequests",
    "coverage.handlers": "showCoverage clearCoverage",
    "faults": "listFaults orderFault showFault removeFault removeFaults",
    "mappings.handlers": (
        "listStubs createStub removeStubs resetStubs showStub replaceStub removeStub removeEqualStubs "
        "findStubsByMetadata removeStubsByMetadata importStubs saveStubs"
    ),
    "scenarios": "listScenarios showScenario startScenario stopScenarios resetScenarios",
    "explain.handlers": "explain",
    "findings": "listFindings clearFindings",
}


class LateHandler:
    """The handler of an operation, whose module is imported with the first call."""

    def __init__(self, context: ControlContext, module: str, operation_id: str) -> None:
        self.context, self._module, self._operation_id = context, module, operation_id

    def __call__(self, call: Call) -> Reply | Listing:
        """Return the reply to a call."""
        return self._handler(call)

    @cached_property
    def _handler(self) -> Handler:
        handlers: dict[str, Handler] = import_module(f"{__name__}.{self._module}").handlers(self.context)
        return handlers[self._operation_id]


def build_control_service(context: ControlContext) -> Service:
    """Return the control plane with its handlers."""
    handlers = {id_: LateHandler(context, module, id_) for module, ids in OPERATIONS.items() for id_ in ids.split()}
    return Service("control.yaml", handlers)
