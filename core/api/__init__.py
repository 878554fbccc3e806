"""What every endpoint of the API shares. Nothing here is imported before the first request to the API comes in."""
