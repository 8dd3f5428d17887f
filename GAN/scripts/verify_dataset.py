"""Makes a machine's published data set again from its manifest and compares digests; exits with 4 if they differ."""

from argparse import ArgumentParser

import _path  # noqa: F401

from gan.evaluation.checks import as_text, overall
from gan.pipeline.runner import Context, script_main
from gan.pipeline.verify import verify
from gan.runtime.errors import ValidationFailed
from gan.runtime.events import Result


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--full", action="store_true", help="train the model again too, from the seed made again")


def work(context: Context) -> Result:
    checks = verify(context.paths, context.machine_id, full=context.args.full)
    differ = [check.name for check in checks if check.verdict == "fail"]
    if differ:
        context.reporter.say(as_text(checks))
        raise ValidationFailed(
            f"the data set of {context.machine_id} is not what its manifest makes: {', '.join(differ)}",
            code="NOT_REPRODUCED",
            hint="other code or another kind of machine gives other bytes; a changed file: make the data set again",
        )
    return Result(
        f"{len(checks)} digests of {context.machine_id} agree",
        verdict=overall(checks),
        data={"checks": [check.to_json() for check in checks]},
        text=as_text(checks),
    )


if __name__ == "__main__":
    script_main("verifyDataset", __doc__ or "", work, configure, machine=True)
