"""Lines about what a peer hears: to the file that PEER_LOG names, with the time, or to stderr."""
import os
import sys
import time


def tell(label, event):
    path = os.environ.get("PEER_LOG")
    if path is None:
        print(event, file=sys.stderr, flush=True)
        return
    with open(path, "a") as log:
        log.write(f"{time.time() * 1000:.3f} {label} {os.getpid()} {event}\n")
