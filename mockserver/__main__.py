"""`python -m mockserver` is the command `mockserver`."""

from .cli import main

main()
