"""Read the file of the world again."""

from __future__ import annotations

from functools import partial

from ..messages import Call, Handler, Reply
from ..worlds.mistakes import WorldError
from ..worlds.world_file import UNCHANGED
from .context import ControlContext
from .invalid_world import InvalidWorld


def handlers(context: ControlContext) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {"reload": partial(reload_world, context)}


def reload_world(context: ControlContext, _: Call) -> Reply:
    """Read the file of the world again; a file with mistakes changes nothing. A shipped world never changes."""
    file = context.world_file
    try:
        reload = file.reload() if file else UNCHANGED
    except WorldError as error:
        problem = InvalidWorld(error)
        is_missing = file is not None and not file.path.exists()
        problem.message = f"The world file {'is missing' if is_missing else 'has mistakes'}; nothing was changed."
        raise problem from None
    return Reply(
        200,
        {
            "world": context.world.initial_seed.name,
            **({"file": str(file.path)} if file else {}),
            "changed": reload.has_changed,
            "followed": list(reload.followers.followed),
            "kept": list(reload.followers.kept),
        },
    )
