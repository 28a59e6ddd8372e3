"""The command `telads`, and `python -m telads`."""

import signal


def main() -> None:
    """Run the command line.

    Importing it takes a moment, in which Ctrl+C simply ends the process.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from telads.cli import main as run

    signal.signal(signal.SIGINT, signal.default_int_handler)
    run()


if __name__ == "__main__":
    main()
