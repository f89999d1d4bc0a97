"""The package as pip installs it: built, installed without the repository, and used from an empty folder."""

import http.client
import importlib.util
import os
import re
import subprocess
import sys
import tomllib
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

import stylecore
from stylecore.artifacts.recipe import read_recipe
from stylecore.cli import app
from stylecore.cli.parser import main, parse
from stylecore.errors import UserError
from stylecore.samples import sample_contents, sample_styles
from stylecore.ui.plotly_js import ADDRESS
from tests.support.dashboard import PATIENCE, dashboard
from tests.support.tab import Tab

ROOT = Path(__file__).parents[1]
BROUGHT_BY_STREAMLIT = {"starlette", "uvicorn"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    offline = ["--no-isolation"] if importlib.util.find_spec("hatchling") else []
    subprocess.run([sys.executable, "-m", "build", "--wheel", *offline, "-o", folder, ROOT], check=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The folder of scripts of an environment that has the wheel, and our dependencies from the outer environment."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    scripts = folder / "bin"
    inside = subprocess.run(
        [scripts / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    outside = Path(pytest.__file__).parents[1]
    Path(inside, "dependencies.pth").write_text(f"{outside}\n")
    pip = [sys.executable, "-m", "pip", "--python", scripts / "python", "install", "--no-deps", "--no-index", "-q"]
    subprocess.run([*pip, wheel], check=True)
    return scripts


@pytest.fixture
def away(tmp_path):
    """An empty folder to work in, and an environment from which nothing leads to the repository."""
    folder = tmp_path / "empty"
    folder.mkdir()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return {"cwd": folder, "env": {**environment, "OMP_NUM_THREADS": "1"}}


def names(wheel):
    return set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_has_all_files_of_the_package(wheel):
    files = (file for file in (ROOT / "stylecore").rglob("*") if file.is_file() and file.suffix != ".pyc")
    there = {str(file.relative_to(ROOT)) for file in files}
    assert {Path(name).suffix for name in there} >= {".py", ".pth", ".ttf", ".jpg", ".toml", ".css", ".js", ".html"}
    assert there <= names(wheel)


def test_the_wheel_has_the_dashboard_and_nothing_but_the_package(wheel):
    pages = {f"pages/{page.name}" for page in (ROOT / "pages").glob("*.py")}
    dashboard = {f"stylecore/dashboard/{name}" for name in (*pages, "app.py", "serve.py", ".streamlit/config.toml")}
    assert {name for name in names(wheel) if name.startswith("stylecore/dashboard/")} == dashboard
    assert {name.split("/")[0] for name in names(wheel)} == {
        "stylecore",
        f"stylecore-{stylecore.__version__}.dist-info",
    }
    assert not [name for name in names(wheel) if "__pycache__" in name or name.endswith(".ipynb")]


def test_the_terms_are_in_the_wheel(wheel):
    info = f"stylecore-{stylecore.__version__}.dist-info/licenses"
    for file in [ROOT / "LICENSE", *(ROOT / "LICENSES").iterdir()]:
        assert f"{info}/{file.relative_to(ROOT)}" in names(wheel)


def test_a_picture_is_made_from_an_empty_folder(installed, away, tmp_path):
    pair = []
    for picture in (sample_contents()["Coffee"], sample_styles()["Linocut birches"]):
        (tmp_path / picture.name).write_bytes(picture.read_bytes())
        pair.append(f"../{picture.name}")
    command = [installed / "stylecore", "transfer", *pair, "-o", "out.png", "--size", "32", "--steps", "2"]
    done = subprocess.run([*command, "--device", "cpu"], **away, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (0, 1)  # the estimate
    assert read_recipe((away["cwd"] / "out.png").read_bytes()).steps_done == 2


def test_the_installed_package_is_not_the_repository(installed, away):
    code = "import stylecore; print(stylecore.__file__)"
    found = subprocess.run([installed / "python", "-c", code], **away, capture_output=True, text=True, check=True)
    assert Path(found.stdout.strip()).is_relative_to(installed.parent)
    for command in ([installed / "stylecore"], [installed / "python", "-m", "stylecore"]):
        said = subprocess.run([*command, "--version"], **away, capture_output=True, text=True, check=True)
        assert said.stdout == f"stylecore {stylecore.__version__}\n"


def test_the_dashboard_starts_from_an_empty_folder(installed, away, tmp_path):
    with dashboard([installed / "stylecore"], tmp_path / "log", **away) as url:
        with urllib.request.urlopen(url) as page:
            headers = page.headers
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe-eval" not in headers["content-security-policy"]
        tab = Tab(url)
        try:
            tab.settle()
            assert tab.find("run_studio") is not None
            for title in ("λ lab", "Layers", "Theory", "About"):
                tab.go(title)
                tab.settle()
            assert tab.troubles == []
        finally:
            tab.close()
        assert handshake(url, host="127.0.0.1") == handshake(url, host="localhost") == 101
        assert handshake(url, host="rebound.example") == 403
        assert closing_code(url, bytes(10**6 + 1)) == 1009  # too big
        with urllib.request.urlopen(f"{url}/{ADDRESS}") as script:
            assert script.headers["content-type"].startswith("text/javascript")
            assert len(script.read()) > 10**6
        last = Tab(url, "size=64&steps=2000")
        last.settle()
        last.press("run_studio")
        last.wait(lambda: last.progress().startswith("Step"))
    # The server has ended with status 0, though a page was connected and its run in the middle.
    last.close()
    log = (tmp_path / "log").read_text()
    assert "Traceback" not in log
    assert "terminate called" not in log
    assert list(away["cwd"].iterdir()) == []  # nothing is written where it was started
    assert "WARNING" not in log


def handshake(url, host):
    """The status with which the server answers a websocket's first request."""
    address, port = url.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(address, int(port), timeout=PATIENCE)
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
    key = {"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==", "Host": f"{host}:{port}"}
    connection.request("GET", "/_stcore/stream", headers=upgrade | key)
    status = connection.getresponse().status
    connection.close()
    return status


def closing_code(url, message):
    """The code with which the server closes the connection of a browser that sends a message."""
    with connect(url.replace("http", "ws", 1) + "/_stcore/stream", origin=url, open_timeout=PATIENCE) as browser:
        browser.send(message)
        with pytest.raises(ConnectionClosed) as closed:
            browser.recv(timeout=PATIENCE)
        return closed.value.rcvd.code


# The command that starts it


def command_of(*options):
    parsed = parse(["app", *options])
    return app.serve_command(parsed.address, parsed.port, parsed.streamlit)


def values(command, option):
    return [command[i + 1] for i, word in enumerate(command) if word == option]


def test_the_app_answers_to_this_machine_alone_unless_it_is_told_otherwise():
    usual = command_of()
    assert values(usual, "--server.address") == ["127.0.0.1"]
    assert values(usual, "--server.allowedHosts") == ["localhost", "127.0.0.1", "[::1]"]
    told = command_of("--address", "0.0.0.0", "--port", "80", "--", "--server.headless", "true")
    assert values(told, "--server.address") == ["0.0.0.0"]
    assert values(told, "--server.allowedHosts") == []
    assert values(told, "--server.port") == ["80"]
    assert told[-2:] == ["--server.headless", "true"]


def test_a_checkout_serves_its_own_dashboard():
    assert app.dashboard_folder() == ROOT


def test_a_dashboard_that_is_missing_is_told(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(app, "__file__", str(tmp_path / "stylecore" / "cli" / "app.py"))
    with pytest.raises(UserError, match="install stylecore again"):
        app.dashboard_folder()
    assert main(["app"]) == 2
    assert capsys.readouterr().err.startswith("stylecore: the dashboard is missing")


# What is declared


def pins(file):
    """Requirements of a file by name."""
    lines = [line.split("#")[0].strip() for line in (ROOT / file).read_text(encoding="utf-8").splitlines()]
    found = [Requirement(line) for line in lines if line and not line.startswith("-")]
    assert len({pin.name for pin in found}) == len(found)
    return {pin.name: pin for pin in found}


def pinned(requirement):
    (specifier,) = requirement.specifier
    assert specifier.operator == "==", f"{requirement} is no pin"
    return specifier.version


def by_name(requirements):
    return {requirement.name: requirement for requirement in map(Requirement, requirements)}


NEEDED = by_name(PROJECT["dependencies"])
RANGES = NEEDED | by_name(name for extra in PROJECT["optional-dependencies"].values() for name in extra)

LARGE = {"opencv-python-headless", "ray"}  # extras that only those install who want them, and the tests


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-cpu.txt"])
def test_the_pins_are_those_of_the_ranges(file):
    found = pins(file)
    assert set(found) == set(RANGES) - LARGE
    large = pins("tests/requirements.txt") | pins("requirements-ray.txt")
    found |= {name: pin for name, pin in large.items() if name in LARGE}
    assert set(found) == set(RANGES)
    for name, pin in found.items():
        assert RANGES[name].specifier.contains(pinned(pin)), pin
        assert ">=" in str(RANGES[name].specifier)


def test_both_files_pin_the_same_versions():
    usual, without_gpu = pins("requirements.txt"), pins("requirements-cpu.txt")
    for name, pin in usual.items():
        assert pinned(without_gpu[name]).removesuffix("+cpu") == pinned(pin)
    assert {name for name, pin in without_gpu.items() if pinned(pin).endswith("+cpu")} == {"torch", "torchvision"}


def test_what_is_imported_is_declared():
    """Every package that the code imports is a dependency, and none is declared that it does not import."""
    files = [*(ROOT / "stylecore").rglob("*.py"), *(ROOT / "pages").glob("*.py"), ROOT / "app.py", ROOT / "serve.py"]
    code = "\n".join(file.read_text(encoding="utf-8") for file in files)
    roots = set(re.findall(r"^\s*(?:from|import) (\w+)", code, re.MULTILINE))
    foreign = {name for name in roots if name not in sys.stdlib_module_names} - {"stylecore"}
    imported = {
        {"PIL": "pillow", "cv2": "opencv-python-headless"}.get(name, name).replace("_", "-")
        for name in foreign - BROUGHT_BY_STREAMLIT
    }
    assert set(NEEDED) <= imported <= set(RANGES)


def test_python_versions_are_those_that_ci_runs():
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    declared = {name.rsplit(" ", 1)[1] for name in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", name)}
    tried = set(re.findall(r'"(3\.\d+)"', workflow))
    assert tried <= declared
    assert PROJECT["requires-python"] == f">={min(declared, key=lambda version: int(version[2:]))}"
