"""The sandbox's web page: WSGI application, API and snapshots."""
