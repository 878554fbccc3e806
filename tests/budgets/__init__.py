"""What the pages cost a phone: bytes and requests in `make test`, seconds in `make verify`. docs/budgets.md."""
