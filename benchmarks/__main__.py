"""Run the measurements (all, or those named) and print seconds and ratio to the floor.

A measurement is a module with `run() -> [(name, seconds, floor's seconds)]`; name it in ALL, or
leave it to be asked for: `python -m benchmarks rival` compares us with another product (its
`run()` yields the other's seconds and ours, so that the ratio says how many times less we take).
"""

import importlib
import sys

ALL = ("start", "imports", "exports", "compute", "moves", "lists")


def main(names):
    for name in names or ALL:
        module = importlib.import_module(f"benchmarks.{name}")
        first, second = getattr(module, "HEAD", ("seconds", "floor"))
        print(f"{name:57} {first:>8} {second:>8} {'ratio':>6}")
        for label, took, floor in module.run():
            print(f"{label:57} {took:8.3f} {floor:8.3f} {took / floor:6.1f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
