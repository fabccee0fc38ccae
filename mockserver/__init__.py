"""emporix-mockserver: a local simulator of the Emporix Customer Segment Service."""

__version__ = "0.1.0"
