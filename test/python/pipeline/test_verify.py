"""A data set is made again from its manifest, and each digest compared."""

from __future__ import annotations

from support import MADE, SCRIPTS, Root

VERIFY = f"{SCRIPTS}/verify_dataset.py"


def test_verify_makes_the_same_bytes_again(made: Root) -> None:
    ran = made.call(VERIFY, "--machine_id", MADE, "--full")
    assert ran.code == 0, ran.stderr
    names = [check["name"] for check in ran.events[-1]["data"]["checks"]]
    assert {"seed made again", "model made again", "test.parquet made again"} <= set(names)


def test_verify_tells_a_changed_file(made: Root) -> None:
    path = made.path / "data" / "synthetic" / MADE / "test.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    ran = made.call(VERIFY, "--machine_id", MADE)
    assert ran.code == 4
    assert "test.parquet as made" in ran.events[-1]["message"]


def test_verify_without_the_model_says_what_is_missing(made: Root) -> None:
    (made.path / "models" / f"{MADE}_tvae_temporal.pkl").unlink()
    assert made.call(VERIFY, "--machine_id", MADE).code == 3


def test_verify_without_one_of_the_files_names_it_and_what_helps(made: Root) -> None:
    (made.path / "data" / "synthetic" / MADE / "val.parquet").unlink()
    ran = made.call(VERIFY, "--machine_id", MADE)
    assert ran.code == 3
    assert "val.parquet" in ran.events[-1]["message"]
    assert "machine run" in ran.events[-1]["hint"]
