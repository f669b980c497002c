"""How the panel is served (this file is gunicorn's configuration), and who watches the worker beside it."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

threads, timeout, preload_app, control_socket_disable = 4, 120, True, True
chdir = str(Path(__file__).parent)
RESTART_PAUSE = 1  # second before a worker that died is started again
START = threading.Lock()


def serve(host, port, workers=2):
    """Become the server."""
    if sys.platform == "win32":
        from waitress.runner import run

        keep_a_worker()
        command = ["serve", "--listen", f"{host}:{port}", "--threads", "8", "--call", "admin_app:create_app"]
        return run(command)
    command = [sys.executable, "-m", "gunicorn", "admin_app:create_app()", "--config", __file__,
               "--bind", f"{host}:{port}", "--workers", str(workers)]  # fmt: skip
    return os.execv(sys.executable, command)  # noqa: S606 - our own command, nothing of a user's in it


def when_ready(server):
    """Gunicorn calls this in its first process, once it listens."""
    # a fork in the middle of a start would keep the start's pipe open, and the thread waiting for ever
    os.register_at_fork(before=START.acquire, after_in_parent=START.release, after_in_child=START.release)
    keep_a_worker()


def keep_a_worker():
    """Have a worker beside this process for as long as it lives; one that dies is started again."""
    command = [sys.executable, f"{chdir}/admin_app.py", "work", "--stay", "--parent", str(os.getpid())]

    def watch():
        while True:
            with START:
                worker = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603 - our own program
            worker.wait()
            time.sleep(RESTART_PAUSE)

    threading.Thread(target=watch, daemon=True).start()
