"""`make run`: the servers, the web, the worker and the scheduler under one roof, and nothing left when it ends."""
