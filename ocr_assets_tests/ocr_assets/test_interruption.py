import subprocess
import sys

SWALLOWED = """
import contextlib, signal
from ocr_assets.interruption import Interrupted, begin_to_end, check, listen

def heard(what):
    try:
        what()
    except Interrupted:
        return True
    return False

def ctrl_c():
    signal.raise_signal(signal.SIGINT)

listen()
assert not heard(check)
with contextlib.suppress(BaseException):
    ctrl_c()
assert heard(check), "one that something swallowed is found at the next look"
assert heard(ctrl_c), "a second one is heard"
begin_to_end()
assert not heard(ctrl_c) and not heard(check), "nothing cuts the ending short"
"""


def test_an_interruption_is_heard_though_it_was_swallowed_until_the_ending_has_begun() -> None:
    # In a process of its own: signals are the whole process's, and this one's belong to pytest.
    done = subprocess.run([sys.executable, "-c", SWALLOWED], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
