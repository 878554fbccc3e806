"""Pages of notices: the inbox, what a person wants to hear of, and the one press in a mail that stops it."""
