"""Listeners: acknowledge a request, read it, call a service and render the result."""
