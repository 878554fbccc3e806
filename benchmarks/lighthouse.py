"""Lighthouse's four scores on five public pages of a running guildhub; fails below 95.

make run                                        # in one terminal
make lighthouse                                 # in another; ADDRESS=https://... asks another guild
python benchmarks/lighthouse.py --rounds 3 http://127.0.0.1:8000

Needs node 18 or newer with npm, which guildhub itself does not: the tool is installed once, below the folder for
state, at the version named here. Its phone: processor and line slowed down as Lighthouse does it by itself.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any
from urllib.request import urlopen

VERSION = "12.8.2"
LEAST = 95
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
_PERSON = r"/u/[a-z0-9-]+/"
ROOT = Path(__file__).resolve().parent.parent
FLAGS = (
    "--headless=new --disable-gpu --no-first-run --disable-background-networking --disable-component-update"
    " --disable-sync --ignore-certificate-errors"
)


def main() -> int:
    """Measure, print, judge."""
    arguments = _arguments()
    base = arguments.address.rstrip("/")
    program, is_low, version = _program(arguments.tool), False, VERSION
    print(f"{'':40}" + "".join(f"{name:>16}" for name in CATEGORIES) + "   of 100")
    for path in arguments.paths or five_pages(base):
        rounds = [_run(program, base + path) for _round in range(arguments.rounds)]
        version = rounds[0]["lighthouseVersion"]
        scores = [round(median(each["categories"][name]["score"] for each in rounds) * 100) for name in CATEGORIES]
        print(f"{_short(path):40}" + "".join(f"{score:>16}" for score in scores), flush=True)
        for line in dict.fromkeys(line for each in rounds for line in lost(each)):
            print(f"    {line}")
        is_low = is_low or min(scores) < LEAST
    print("Lighthouse {}; load of the machine: {:.1f} (1 min), {:.1f} (5 min)".format(version, *os.getloadavg()[:2]))
    return int(is_low)


def five_pages(base: str) -> list[str]:
    """The front page, the problems, one with a project, that project, and somebody's page.

    By default a person's page asks search engines to stay away, which Lighthouse counts as a fault. Where nobody chose
    otherwise the fifth page is the one for signing in.
    """
    work = (
        (problem, project)
        for problem in _links(base, "/problems/", r"/problems/[a-z0-9-]{8,}/")
        for project in _links(base, problem, r"/projects/[a-z0-9-]+/")
    )
    problem, project = next(work, ("", ""))
    if not problem:
        sys.exit("No problem on the first page of the list has a project: name the pages you mean.")
    people = dict.fromkeys((*_links(base, project, _PERSON), *_links(base, problem, _PERSON)))
    found = (person for person in people if "noindex" not in _page(base, person))
    return ["/", "/problems/", problem, project, next(found, "/accounts/login/")]


def lost(report: dict[str, Any]) -> list[str]:
    """What cost a page points."""
    lines = []
    for name in CATEGORIES:
        for reference in report["categories"][name]["auditRefs"]:
            audit = report["audits"][reference["id"]]
            if reference["weight"] and audit["score"] is not None and audit["score"] < 1:
                lines.append(f"{name}: {audit['id']} {audit['score']} {audit.get('displayValue', '')}")
    return lines


def _links(base: str, path: str, wanted: str) -> list[str]:
    return list(dict.fromkeys(re.findall(rf'href="({wanted})"', _page(base, path))))


def _page(base: str, path: str) -> str:
    try:
        with urlopen(base + path, timeout=30) as answer:
            return str(answer.read().decode())
    except OSError as error:
        sys.exit(f"{base}{path} does not answer ({error}). Is guildhub running there? `make run` starts it.")


def _run(program: Path, address: str) -> dict[str, Any]:
    flags = FLAGS + (" --no-sandbox" if os.geteuid() == 0 else "")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    made = subprocess.run(
        [program, address, "--output=json", "--quiet", f"--chrome-flags={flags}",
         f"--only-categories={','.join(CATEGORIES)}"],
        env={**os.environ, **({"CHROME_PATH": chromium} if chromium else {})},
        stdout=subprocess.PIPE, timeout=300,
    )  # fmt: skip
    if made.returncode:
        sys.exit(f"Lighthouse could not judge {address} (what it says stands above).")
    report: dict[str, Any] = json.loads(made.stdout)
    return report


def _program(folder: Path) -> Path:
    program = folder / "node_modules" / ".bin" / "lighthouse"
    if not program.exists():
        if not shutil.which("npm"):
            sys.exit("Lighthouse needs node and npm, and there is none on this machine.")
        print(f"Installing Lighthouse {VERSION} into {folder} (once; 190 MB).", flush=True)
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, f"lighthouse@{VERSION}"],
            check=True,
        )
    return program


def _short(path: str) -> str:
    return path if len(path) < 39 else path[:37] + "…/"


def _arguments() -> argparse.Namespace:
    state = Path(os.environ.get("GUILDHUB_STATE", ROOT / ".guildhub"))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("address", nargs="?", default="http://127.0.0.1:8000")
    parser.add_argument("paths", nargs="*", help="pages instead of the five")
    parser.add_argument("--rounds", type=int, default=1, help="runs of each page, of which the median counts")
    parser.add_argument("--tool", type=Path, default=state / f"lighthouse-{VERSION}")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
