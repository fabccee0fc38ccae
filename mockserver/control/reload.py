"""Read the file of the world again."""

from __future__ import annotations

from functools import partial

from ..messages import Call, Handler, Reply
from ..worlds.loading import WorldError
from .context import ControlContext, Unprocessable, world_problem

NO_FILE = (
    "The server was started with the shipped world {world!r}, which does not change. Start it with a file of your own, "
    "such as --fixture world.yaml, or load another world with POST /__admin/seed."
)


def handlers(context: ControlContext) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {"reload": partial(reload_world, context)}


def reload_world(context: ControlContext, _: Call) -> Reply:
    """Read the file of the world again; a file with mistakes changes nothing."""
    file = context.world_file
    if file is None:
        raise Unprocessable(NO_FILE.format(world=context.world.initial_seed.name))
    try:
        reload = file.reload()
    except WorldError as error:
        problem = world_problem(error)
        problem.message = "The world file has mistakes; nothing was changed."
        raise problem from None
    return Reply(
        200,
        {
            "world": context.world.initial_seed.name,
            "file": str(file.path),
            "changed": reload.has_changed,
            "followed": list(reload.followers.followed),
            "kept": list(reload.followers.kept),
        },
    )
