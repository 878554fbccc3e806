"""Django's PostgreSQL backend, which asks a connection that was kept only when there is a reason whether it still stands."""
