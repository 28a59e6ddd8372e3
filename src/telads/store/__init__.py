"""The store: one folder with the ledger, the cells and the builds, written atomically."""
