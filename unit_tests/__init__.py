"""Every module of the connector on its own, without a server."""
