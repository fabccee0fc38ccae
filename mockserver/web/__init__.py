"""Flask in, Flask out: the only place that knows HTTP's machinery."""
