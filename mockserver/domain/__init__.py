"""What several services share about customers, segments and categories."""
