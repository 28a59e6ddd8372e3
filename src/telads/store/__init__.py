"""The store: one folder with the ledger, the cells and the builds, whole or not at all."""
