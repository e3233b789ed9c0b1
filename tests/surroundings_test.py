"""What people's shells, Pythons, homes and locales are like: scripts work there as they do here.

Run: /usr/bin/python3 -m pytest tests/surroundings_test.py
"""

import ast
import functools
import os
import re
import subprocess
import sys

import pytest
from program import BUILD, PROGRAM, ROOT, start, write_executable
from report_helpers import example_path, needs_module

SCRIPTS = ROOT / "scripts"
EXAMPLE = example_path("measured")
SHELL_SCRIPTS = sorted(path for path in SCRIPTS.glob("*.sh") if path.read_text(encoding="utf-8").startswith("#!"))
ENTRIES = sorted(SCRIPTS.glob("*.py"))
RUNGS = sorted(path for path in (ROOT / "bench" / "ladder").glob("*.py") if os.access(path, os.X_OK))
# Where rungs find the build's Python module.
MODULE = {"PYTHONPATH": str(BUILD / "python")}
names = {"ids": lambda path: path.name}


# --- shells --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("script", SHELL_SCRIPTS, **names)
def test_a_script_finds_its_folder_whatever_cd_prints_or_looks_through(tmp_path, script):
    (tmp_path / "elsewhere" / "scripts").mkdir(parents=True)
    for search in (".", str(tmp_path / "elsewhere"), f"{ROOT}:{tmp_path}"):
        for cwd, name in ((ROOT, f"scripts/{script.name}"), (SCRIPTS, script.name)):
            done = start(["bash", name, "--help"], cwd=cwd, env={"CDPATH": search})
            assert done.returncode == 0 and done.stdout.lower().startswith("usage"), f"{search}, {name}: {done.stderr}"


@pytest.mark.parametrize("script", [*SHELL_SCRIPTS, *ENTRIES, *RUNGS], **names)
def test_a_script_is_called_through_a_link(tmp_path, script):
    (tmp_path / "bin").mkdir()
    link = tmp_path / "bin" / "some-name"
    link.symlink_to(os.path.relpath(script, link.parent))
    done = start([link, "--help"], cwd=tmp_path, env={"PATH": f"/usr/bin:{os.environ['PATH']}", **MODULE})
    assert done.returncode == 0 and "usage" in done.stdout.lower(), done.stderr


def test_how_a_script_finds_its_folder_is_one_line_in_all():
    line = 'root="$(dirname -- "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")")"'
    for script in SHELL_SCRIPTS:
        text = script.read_text(encoding="utf-8")
        assert ("BASH_SOURCE" in text) == (line in text) and not re.search(r"\$\(cd ", text), script.name
    assert sum(line in script.read_text(encoding="utf-8") for script in SHELL_SCRIPTS) >= 7


# --- Pythons -------------------------------------------------------------------------------------------------------------

# A Python that understands no more than 3.6 of what this repository has.
OLD_PYTHON = """#!{python} -IS
import ast, importlib.machinery, os, runpy, sys
sys.executable, sys.version_info, sys.dont_write_bytecode = {own!r}, (3, 6, 8, "final", 0), True
load = importlib.machinery.SourceFileLoader.get_data
def get_data(self, path):
    data = load(self, path)
    if path.startswith({root!r}):
        assert path.endswith(".py"), path
        ast.parse(data, path, feature_version=(3, 6))
    return data
importlib.machinery.SourceFileLoader.get_data = get_data
sys.pycache_prefix = "/nowhere"
sys.argv = sys.argv[1:]
if sys.argv[0] == "-c":
    text, sys.argv = sys.argv[1], ["-c", *sys.argv[2:]]
    exec(text)
else:
    ast.parse(open(sys.argv[0], "rb").read(), feature_version=(3, 6))
    sys.path.insert(0, os.path.dirname(os.path.realpath(sys.argv[0])))
    runpy.run_path(sys.argv[0], run_name="__main__")
"""
FIRST_ON_THE_PATH = {
    "3.6": OLD_PYTHON,
    "no packages": '#!/bin/sh\nexec {python} -I -S "$@"\n',
    "a shim without its Python": "#!/bin/sh\necho 'pyenv: python3: command not found' >&2\nexit 127\n",
}
# What they do that needs a Python with packages, or of a later version.
WORK = {
    "compare.py": [EXAMPLE, EXAMPLE],
    "check_report.py": [EXAMPLE],
    "report.py": [EXAMPLE, "--lint", "--quiet"],
    "ladder.sh": ["--help"],
    "study.sh": ["--site", "archer2", "--account", "z19", "--mode", "strong", "--program", PROGRAM, "--output", "a-study", "--dry-run"],
}


def words_of(script):
    """Its command line; Python scripts under the interpreter of the tests."""
    return [*([sys.executable] if script.endswith(".py") else []), SCRIPTS / script, *WORK[script]]


@functools.cache
def done_here(script):
    return start(words_of(script))


def with_first(folder, kind):
    """An environment in which that python3 is the first on the path."""
    own = folder / "python3"
    write_executable(own, FIRST_ON_THE_PATH[kind].format(python=sys.executable, own=str(own), root=str(ROOT)))
    return {"PATH": f"{folder}:{os.environ['PATH']}"}


@pytest.mark.parametrize("script", WORK)
@pytest.mark.parametrize("kind", FIRST_ON_THE_PATH)
def test_a_script_finds_a_python_that_does(tmp_path, kind, script):
    if kind.startswith("a shim") and script.endswith(".py"):
        return  # its own first line asks for that python3, and nothing of the script runs
    expected = done_here(script)
    done = start([SCRIPTS / script, *WORK[script]], env=with_first(tmp_path, kind))
    assert (done.returncode, done.stdout) == (expected.returncode, expected.stdout), done.stderr
    assert "Traceback" not in done.stderr and done.stdout


def test_the_old_python_is_one(tmp_path):
    """It does not understand what is of later versions, so that a script which works did not run under it."""
    path = with_first(tmp_path, "3.6")
    script = tmp_path / "script.py"
    script.write_text("if (number := 3) > 2:\n    print(number)\n", encoding="utf-8")
    assert "SyntaxError" in start(["python3", script], env=path).stderr
    done = start(["python3", "-c", "import sys; print(sys.version_info[:2])"], env=path)
    assert done.stdout == "(3, 6)\n", done.stderr


def test_where_no_python_does_one_line_says_so(tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("bash", "dirname", "realpath", "cat"):
        (tools / name).symlink_to(f"/usr/bin/{name}")
    text = (SCRIPTS / "python.sh").read_text(encoding="utf-8")
    copy = tmp_path / "python.sh"
    copy.write_text(text.replace("/usr/bin/python3", "/nowhere/python3"), encoding="utf-8")
    assert text != copy.read_text(encoding="utf-8")
    done = start([tools / "bash", "-c", f". {copy}; choose_python; echo found"], env={"PATH": str(tools)})
    assert (done.returncode, done.stdout) == (2, "") and len(done.stderr.splitlines()) == 1 and "3.6" in done.stderr


@pytest.mark.parametrize("script", [*ENTRIES, *RUNGS], **names)
def test_a_script_starts_where_its_folder_is_no_place_for_modules(tmp_path, script):
    done = start([sys.executable, script, "--help"], cwd=tmp_path, env={"PYTHONSAFEPATH": "1", **MODULE})
    assert done.returncode == 0 and "usage" in done.stdout.lower(), done.stderr


# --- homes, and a user's own settings ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    """What report.py draws here."""
    needs_module("matplotlib")
    return drawn(tmp_path_factory.mktemp("here"))


def drawn(folder, **variables):
    """{name: bytes} of the figures made in that folder, nothing said on standard error."""
    words = [sys.executable, SCRIPTS / "report.py", EXAMPLE, "--quiet", "--figures", "figures", "--only", "count:every"]
    done = start(words, cwd=folder, env=variables)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return {path.name: path.read_bytes() for path in (folder / "figures").iterdir()}


SETTINGS = "text.usetex: True\nfont.size: 30\naxes.facecolor: red\nsavefig.bbox: tight\nno.such.word: 3\n"


def test_figures_are_the_same_whatever_a_user_has_set(tmp_path, figures):
    for folder in (tmp_path, tmp_path / "config" / "matplotlib", tmp_path / "own"):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "matplotlibrc").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "matplotlibrc").write_text(SETTINGS.replace("no.such.word: 3\n", ""), encoding="utf-8")
    own = str(tmp_path / "own")
    variables = {"MPLBACKEND": "nonsense", "XDG_CONFIG_HOME": str(tmp_path / "config"), "MPLCONFIGDIR": own}
    assert drawn(tmp_path, MATPLOTLIBRC=f"{own}/matplotlibrc", **variables) == figures


def test_figures_are_drawn_for_a_user_without_a_home(tmp_path, figures):
    """Of whom the system knows nothing: as in a container that runs under a number."""
    (tmp_path / "sitecustomize.py").write_text(
        "import os, pwd\ndef unknown(number):\n    raise KeyError(f'getpwuid(): uid not found: {number}')\npwd.getpwuid = unknown\n"
        "for name in ('HOME', 'XDG_CACHE_HOME'):\n    os.environ.pop(name, None)\n",
        encoding="utf-8",
    )
    assert drawn(tmp_path, PYTHONPATH=str(tmp_path), TMPDIR=str(tmp_path)) == figures
    assert not list(tmp_path.glob("trafficbench-*")), "the folder that stood in for a home was left"


def test_figures_are_drawn_where_the_home_cannot_be_written(tmp_path, figures):
    assert drawn(tmp_path, HOME="/proc/nowhere", XDG_CACHE_HOME="/proc/nowhere") == figures


# --- locales -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["ISO-8859-1", "C"])
def locale(request, tmp_path_factory):
    """Variables of an environment whose letters are not UTF-8."""
    plain = {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    if request.param == "C":
        return {"LC_ALL": "C", **plain}
    folder = tmp_path_factory.mktemp("locales")
    made = start(["localedef", "-i", "en_GB", "-f", request.param, folder / "en_GB.iso88591"])
    assert (folder / "en_GB.iso88591" / "LC_CTYPE").exists(), f"{made.stderr} (Debian: locales)"
    return {"LC_ALL": "en_GB.iso88591", "LOCPATH": str(folder), **plain}


def test_letters_of_a_locale_change_no_file(tmp_path, locale):
    needs_module("plotly")
    said = start([sys.executable, "-c", "import locale; print(locale.getpreferredencoding(False))"], env=locale).stdout
    assert said.strip() in ("ISO-8859-1", "ANSI_X3.4-1968")
    for name, variables in (("here", {}), ("there", locale)):
        words = [sys.executable, SCRIPTS / "report.py", EXAMPLE, "--quiet", "--output", name + ".html"]
        done = start(words, cwd=tmp_path, env=variables)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
    page = (tmp_path / "here.html").read_bytes()
    assert page == (tmp_path / "there.html").read_bytes()
    assert any(byte > 0x7F for byte in page), "nothing in it that a locale could spoil"


def test_other_scripts_work_in_that_locale(locale):
    for script in ("compare.py", "check_report.py", "study.sh"):
        done = start(words_of(script), env=locale)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr


def without_encoding(text):
    """Lines in which a file is opened as text whose letters a locale decides."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        function, said = node.func, {word.arg for word in node.keywords}
        name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
        owner = function.value if isinstance(function, ast.Attribute) else None
        if name in ("run", "Popen", "check_output", "call"):
            texts = {word.arg: word.value for word in node.keywords}
            if ("text" in texts or "universal_newlines" in texts) and "encoding" not in said:
                found.append(node.lineno)
        elif name in ("read_text", "write_text"):
            # Those of trafficbench_tools.files and .reading know one encoding.
            if owner is not None and getattr(owner, "id", "") not in ("files", "reading") and "encoding" not in said:
                found.append(node.lineno)
        elif name in ("open", "fdopen", "NamedTemporaryFile", "TemporaryFile"):
            if getattr(owner, "id", "") in ("os", "webbrowser", "Image") and name == "open":
                continue
            modes = [word.value for word in node.keywords if word.arg == "mode"] + node.args
            binary = any(isinstance(mode, ast.Constant) and isinstance(mode.value, str) and re.fullmatch("[rwxab+]*b[rwxab+]*", mode.value)
                         for mode in modes)  # fmt: skip
            is_text = name in ("open", "fdopen") or bool(modes)
            if is_text and not binary and "encoding" not in said:
                found.append(node.lineno)
    return found


def test_every_file_is_read_and_written_in_letters_that_are_named():
    files = subprocess.run(["git", "ls-files", "-z", "--", "*.py"], cwd=ROOT, capture_output=True, check=True).stdout
    paths = [ROOT / os.fsdecode(name) for name in files.split(b"\0") if name]
    assert len(paths) > 100
    wrong = [f"{path.relative_to(ROOT)}:{line}" for path in paths if path.exists() and path.relative_to(ROOT).parts[0] != "tests"
             for line in without_encoding(path.read_text(encoding="utf-8"))]  # fmt: skip
    # Programs of the suite print what people named, in bytes that are passed on (errors="surrogateescape"): tests do as a locale has it.
    wrong += [f"{path.relative_to(ROOT)}:{line}" for path in paths if path.exists() and path.relative_to(ROOT).parts[0] == "tests"
              for line in without_encoding(re.sub(r"\b(text|universal_newlines)=True", "t=True", path.read_text(encoding="utf-8")))]  # fmt: skip
    assert not wrong


@pytest.mark.parametrize("line", ["open('a')", "open('a', 'w')", "path.open()", "Path('a').read_text()", "a.write_text('x')",
                                  "subprocess.run([], text=True)", "os.fdopen(3)", "TemporaryFile('w+')"])  # fmt: skip
def test_what_names_none_is_found(line):
    assert without_encoding(line) == [1]


@pytest.mark.parametrize("line", ["open('a', 'rb')", "path.open('wb')", "a.read_text(encoding='utf-8')", "files.write_text('a', 'x')",
                                  "read_text(path)", "subprocess.run([])", "os.open('a', 0)", "NamedTemporaryFile(dir='a')"])  # fmt: skip
def test_what_names_one_or_has_bytes_is_not(line):
    assert without_encoding(line) == []


