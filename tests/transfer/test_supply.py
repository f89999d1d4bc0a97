"""What the package is made of: pinned, few, and nothing unpickled that could run code."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = [ROOT / "app.py", ROOT / "serve.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "stylecore").rglob("*.py")]
READS_PICKLES = {"load", "loads", "Unpickler", "read_pickle"}


def calls(path):
    return [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]


def test_no_pickle_is_read_but_tensors_alone():
    loads = 0
    for path in SOURCES:
        for call in calls(path):
            name = ast.unparse(call.func)
            assert not re.search(r"\b(pickle|cPickle|dill|joblib|marshal|shelve)\.", name), f"{path}: {name}"
            if name in ("torch.load", "torch.hub.load_state_dict_from_url") or name.endswith(".get_state_dict"):
                keywords = {keyword.arg: keyword.value for keyword in call.keywords}
                assert ast.unparse(keywords["weights_only"]) == "True", f"{path}: {ast.unparse(call)}"
                loads += 1
            assert name not in ("eval", "exec", "torch.hub.load", "torch.jit.load"), f"{path}: {name}"
    assert loads == 2  # the file of ours, and torchvision's


def test_nothing_but_exceptions_comes_from_pickle():
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not (isinstance(node, ast.ImportFrom) and node.module == "pickle"), path
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "pickle":
                assert node.attr == "UnpicklingError", path


def test_requirements_are_few():
    """Their pins are compared with the ranges of the package in tests/test_package.py."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    few = {"numpy", "pillow", "pillow-heif", "plotly", "psutil", "streamlit", "tifffile", "torch", "torchvision"}
    assert {line.split("==")[0] for line in lines} == few


def test_the_security_file_names_the_hash_that_is_checked():
    from stylecore.transfer.vgg import BUNDLED_SHA256

    assert BUNDLED_SHA256 in (ROOT / "SECURITY.md").read_text(encoding="utf-8")
