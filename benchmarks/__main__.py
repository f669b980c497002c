"""Run the measurements (all, or those named) and print seconds and ratio to the floor.

A measurement is a module with `run() -> [(name, seconds, floor's seconds)]`; name it in ALL.
"""

import importlib
import sys

ALL = ("imports", "exports", "compute", "lists")


def main(names):
    print(f"{'':55} {'seconds':>8} {'floor':>8} {'ratio':>6}")
    for name in names or ALL:
        for label, took, floor in importlib.import_module(f"benchmarks.{name}").run():
            print(f"{label:55} {took:8.3f} {floor:8.3f} {took / floor:6.1f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
