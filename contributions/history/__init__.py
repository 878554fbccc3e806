"""A repository's history as work: what is set aside, who is credited, and how commits become sessions."""
