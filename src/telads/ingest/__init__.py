"""Ingestion: published files become cells and entries of the ledger, or are refused."""
