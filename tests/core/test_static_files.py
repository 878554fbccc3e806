"""What is collected for phones is our code without its comments, and nothing else is missing from it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import FileSystemStorage

from core import static_files
from core.static_files import HashedStaticFiles, bare_script, bare_style
from guildhub.management.commands import prepare

STATIC = Path(settings.BASE_DIR) / "static"
SCRIPTS = sorted((STATIC / "js").glob("*.js"))


def test_a_comment_goes_and_its_line_stays() -> None:
    assert bare_script('// why\nlet a = "//";\n  // more\nb("https://x"); // end\n') == (
        '\nlet a = "//";\n\nb("https://x"); // end\n'
    )


def test_a_comment_in_a_stylesheet_goes() -> None:
    assert bare_style("/* a\n b */p { color: red; } /* c */") == "p { color: red; } "


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_no_line_of_a_script_only_looks_like_a_comment(script: Path) -> None:
    """A text over several lines could hold a line that begins with two slashes; no script of ours has such a text."""
    for line in script.read_text("utf-8").splitlines():
        assert line.count("`") % 2 == 0 or line.strip().startswith("//"), line


def test_no_value_of_the_stylesheet_only_looks_like_a_comment() -> None:
    for style in (STATIC / "css").glob("*.css"):
        bare = bare_style(style.read_text("utf-8"))
        assert "/*" not in bare and "*/" not in bare
        assert bare.count("{") == bare.count("}")


def test_what_is_collected_is_bare_and_names_its_modules(tmp_path: Path) -> None:
    from_here, into = FileSystemStorage(STATIC), HashedStaticFiles(location=tmp_path, base_url="/static/")
    shutil.copytree(STATIC, tmp_path, dirs_exist_ok=True)
    names = [str(path.relative_to(STATIC)) for path in STATIC.rglob("*.*")]
    for name, _hashed, result in into.post_process({name: (from_here, name) for name in names}):
        assert not isinstance(result, Exception), (name, result)
    worn = (tmp_path / into.stored_name("js/hours.js")).read_text("utf-8")
    assert not any(line.strip().startswith("//") for line in worn.splitlines())
    assert f'"./{Path(into.stored_name("js/outbox.js")).name}"' in worn
    assert "/*" not in (tmp_path / into.stored_name("css/guildhub.css")).read_text("utf-8")
    assert (tmp_path / into.stored_name("img/mark.svg")).read_bytes() == (STATIC / "img" / "mark.svg").read_bytes()


def test_files_are_collected_anew_when_we_make_something_else_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = prepare._static_fingerprint()
    assert prepare._static_fingerprint() == before
    changed = tmp_path / "static_files.py"
    changed.write_text("# as of tomorrow\n")
    monkeypatch.setattr(static_files, "__file__", str(changed))
    assert prepare._static_fingerprint() != before
