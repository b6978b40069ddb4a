"""The Nu HTML checker over many pages, in one start of its Java machine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

JAR = Path(__file__).parent.parent / "oracles/node_modules/vnu-jar/build/dist/vnu.jar"
MISSING = (
    "The Nu HTML checker is missing: install a Java runtime (default-jre-headless), nodejs and "
    "npm; `npm ci` in tests/oracles."
)


def find_problems(pages: Mapping[str, str], folder: Path) -> list[str]:
    """Each error and warning with the page's name and the place; skips where Java is missing."""
    java = shutil.which("java")
    if not java or not JAR.exists():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
    names = {}
    for number, (name, text) in enumerate(pages.items()):
        file = folder / f"{number}.html"
        file.write_text(text, encoding="utf-8")
        names[file.name] = name
    run = subprocess.run(
        [java, "-Xss4m", "-jar", str(JAR), "--format", "json", "--stdout", "--exit-zero-always",
         str(folder)],
        capture_output=True, check=True, encoding="utf-8",
    )  # fmt: skip
    return [
        f"{names[Path(unquote(urlsplit(each['url']).path)).name]}: {each['message']} "
        f"[{each.get('extract', '').strip()}]"
        for each in json.loads(run.stdout)["messages"]
        if each["type"] == "error" or each.get("subType") == "warning"
    ]
