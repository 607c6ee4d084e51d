import math
import os
import time

import pyroscope

# Spins for as long as it is told, with the agent as its documentation has it.


def hot_loop(until):
    total = 0.0
    while time.time() < until:
        for i in range(100_000):
            total += math.sqrt(i)
    return total


pyroscope.configure(
    application_name=os.environ["PYROSCOPE_APPLICATION_NAME"],
    server_address=os.environ["PYROSCOPE_SERVER_ADDRESS"],
    tags={"region": "eu"},
    upload_interval=2,
)
hot_loop(time.time() + float(os.environ["BUSY_SECONDS"]))
pyroscope.shutdown()
