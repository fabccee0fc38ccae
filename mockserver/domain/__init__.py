"""Rules about customers, segments, groups and categories that several services share."""
