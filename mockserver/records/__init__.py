"""What happened: recorded for each tenant before the response leaves."""
