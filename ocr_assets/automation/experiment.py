"""The job `experiment`: a variant beside the settings in force, from the UI or by `ocr-assets experiment run`."""

import base64

import dagster as dg
from pydantic import Field

from ocr.errors import OcrError
from resources.experiments.experiment import run
from resources.experiments.kept import keep
from resources.experiments.plot import plot
from resources.experiments.report import report, verdict
from resources.settings import load_settings
from resources.stores import LakeResource, LedgerResource

SAMPLE, SEED = 50, 0


class ExperimentConfig(dg.Config):
    variant: str = Field(description="the variant to try: `ocr-assets experiment list`")
    sample: int = Field(SAMPLE, ge=0, description="live documents without ground truth to read besides the golden ones")
    seed: int = Field(SEED, description="which sample: the same number, the same documents")


@dg.op(name="compare", out=dg.Out(dg.Nothing), pool="documents")
def compare(
    context: dg.OpExecutionContext, config: ExperimentConfig, lake: LakeResource, ledger: LedgerResource
) -> None:
    """Reads the golden documents and a sample by both sides, aside, and keeps what came of it in the lake."""
    held = lake.open()
    try:
        found = run(config.variant, load_settings(), held, ledger.open(), sample=config.sample, seed=config.seed)
    except OcrError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    folder = keep(held, found)
    picture = base64.b64encode(plot(found)).decode()
    context.add_output_metadata(
        {
            "verdict": verdict(found),
            "report": dg.MetadataValue.md(report(found)),
            "plot": dg.MetadataValue.md(f"![differences and cost](data:image/png;base64,{picture})"),
            "folder": dg.MetadataValue.path(str(folder)),
            "golden": found.golden,
            "sampled": found.sampled,
            "loses": bool(found.against),
        }
    )


@dg.job(description="Reads ground truth and a sample of live documents by a variant too, aside, and compares.")
def experiment() -> None:
    compare()


def run_config(variant: str, sample: int, seed: int) -> dg.RunConfig:
    return dg.RunConfig(ops={compare.name: ExperimentConfig(variant=variant, sample=sample, seed=seed)})
