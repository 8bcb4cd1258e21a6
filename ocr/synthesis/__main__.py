"""`python -m ocr.synthesis OUT_FOLDER` writes OUT_FOLDER/samples and OUT_FOLDER/ground_truth."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ocr.synthesis.samples import write_samples


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m ocr.synthesis", description="Write the sample documents.")
    parser.add_argument("folder", type=Path, metavar="OUT_FOLDER")
    written = write_samples(parser.parse_args().folder)
    size = sum(path.stat().st_size for path in written)
    sys.stdout.write(f"{len(written)} documents, {size / 1e6:.1f} MB, in {written[0].parent}\n")


if __name__ == "__main__":
    main()
