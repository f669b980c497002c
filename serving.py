"""How gunicorn serves the panel (this file is its configuration), and who watches the worker beside it."""

import threading
import time
from pathlib import Path

threads, timeout, preload_app, control_socket_disable = 4, 120, True, True
chdir = str(Path(__file__).parent)
PAUSE = 1  # second before a worker that died is started again


def when_ready(server):
    """Gunicorn calls this in its first process, once it listens."""
    keep_a_worker()


def keep_a_worker():
    """Have a worker beside this process for as long as it lives; one that dies is started again."""
    threading.Thread(target=_watch, daemon=True).start()


def _watch():
    from excel import jobs

    while True:
        jobs.start_worker().wait()
        time.sleep(PAUSE)
