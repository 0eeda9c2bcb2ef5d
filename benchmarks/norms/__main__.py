"""Entry point of `python -m benchmarks.norms`."""

from benchmarks.norms.run import main

if __name__ == "__main__":
    main()
