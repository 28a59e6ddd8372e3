"""The command `telads`, and `python -m telads`."""

import signal


def main() -> None:
    """Run the command line.

    Loading it takes a moment, in which there is nothing to end properly: Ctrl+C just ends it.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from telads.cli import main as run

    signal.signal(signal.SIGINT, signal.default_int_handler)
    run()


if __name__ == "__main__":
    main()
