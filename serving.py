"""How gunicorn serves the panel (this file is its configuration), and who watches the worker beside it."""

import os
import threading
import time
from pathlib import Path

threads, timeout, preload_app, control_socket_disable = 4, 120, True, True
chdir = str(Path(__file__).parent)
PAUSE = 1  # second before a worker that died is started again
STARTING = threading.Lock()


def when_ready(server):
    """Gunicorn calls this in its first process, once it listens."""
    # a fork in the middle of a start would keep the start's pipe open, and the thread waiting for ever
    os.register_at_fork(
        before=STARTING.acquire, after_in_parent=STARTING.release, after_in_child=STARTING.release
    )
    keep_a_worker()


def keep_a_worker():
    """Have a worker beside this process for as long as it lives; one that dies is started again."""
    from excel.write import jobs

    threading.Thread(target=_watch, args=(jobs.start_worker,), daemon=True).start()


def _watch(start):
    while True:
        with STARTING:
            worker = start()
        worker.wait()
        time.sleep(PAUSE)
