"""Rules about customers, segments and categories that several services share."""
