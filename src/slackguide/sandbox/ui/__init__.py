"""The sandbox's web page: server, API, snapshots and recordings."""
