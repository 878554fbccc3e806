"""The pages of hours: a person's own, the reviewer's, the guild's ledger."""
