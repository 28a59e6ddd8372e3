"""The command `telads`, and `python -m telads`."""

import os
import signal


def main() -> None:
    """Run the command line.

    Importing it takes a moment, in which Ctrl+C simply ends the process.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # Matrices are small: threads of BLAS would wait for each other most of the time.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from telads.cli import main as run

    signal.signal(signal.SIGINT, signal.default_int_handler)
    run()


if __name__ == "__main__":
    main()
