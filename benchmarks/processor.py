"""Processor time, which other work on the machine hardly stretches; knows nothing of the product."""

import resource
import time


def spent():
    """The seconds of processor time of this process and its ended children so far."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def of_page(client, address):
    """The least processor time of a page, once its templates are parsed."""

    def read():
        if client.get(address).status_code != 200:
            raise AssertionError(address)

    read()
    return least(read, 15)


def least(work, times=1, before=lambda: None):
    """The least processor time of a few runs of a piece of work in seconds, `before` it not counted."""
    taken = []
    for _ in range(times):
        before()
        start = spent()
        work()
        taken.append(spent() - start)
    return min(taken)
