"""A reference model of the Customer Segment Service, written from the rules alone."""
