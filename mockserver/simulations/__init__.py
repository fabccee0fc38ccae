"""Separate simulations in one server, so that tests that share a front end do not share its state."""
