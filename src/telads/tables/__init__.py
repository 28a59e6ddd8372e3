"""Tables: the schema of cells, the checks of input, Parquet on disk, the ledger."""
