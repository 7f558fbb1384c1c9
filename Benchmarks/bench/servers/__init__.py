"""The servers that are compared: each knows how it is started, joined and set going."""
