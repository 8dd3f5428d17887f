"""The commands in README work with what the set-up installs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from support import MADE, Root

README = Path(__file__).resolve().parents[2] / "README.md"


def test_the_python_example_reads_a_published_data_set(made_root: Root) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    path = re.compile(r'"GAN/data/synthetic/[^/"]+/')
    assert path.search(example)
    here = path.sub(f'"{made_root.path}/data/synthetic/{MADE}/', example)
    ran = subprocess.run([sys.executable, "-c", here], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "'timestamp', 'rul'" in ran.stdout
    assert re.search(r"^\d+ rows of \d+ runs", ran.stdout, re.MULTILINE)
