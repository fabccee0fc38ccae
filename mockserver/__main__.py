"""Run the command `mockserver`, also with `python -m mockserver`."""

import gc

gc.disable()  # most commands end soon; `serve` enables it when all that stays has been created

from .cli.commands import main  # noqa: E402

if __name__ == "__main__":
    main()
