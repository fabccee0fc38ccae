"""The program in the executable: the command `mockserver`."""

import gc

gc.disable()  # as in mockserver/__main__.py

from mockserver.cli.commands import main  # noqa: E402

main()
