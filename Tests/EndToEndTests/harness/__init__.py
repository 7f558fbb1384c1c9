"""What the end-to-end tests stand on: a gateway process, a notes API, and clients of our own."""
