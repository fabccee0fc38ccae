"""Tools of the checkout that the Makefile calls; the package does not contain them."""
