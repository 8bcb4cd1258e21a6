"""The same assets the way one begins: a run for each document, a new process for each step, nothing kept warm."""

import dagster as dg

from ocr_assets.definitions import build_defs

defs = build_defs(executor=dg.multiprocess_executor)
