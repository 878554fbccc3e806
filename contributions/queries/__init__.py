"""Reads of contributions that span tables, by who reads them."""
