"""The transports of requests to the app: HTTP and Socket Mode."""
