"""run: a run's folder is emptied, made private, and one run's at a time."""

import os
import stat

import pytest

from reticent.errors import BadInput
from reticent.run import Run


def test_an_earlier_run_is_emptied_and_another_folder_is_not(tmp_path):
    folder = tmp_path / "run"
    Run(folder).start()
    (folder / "keys").mkdir()
    (folder / "link").symlink_to(tmp_path)
    (folder / "keys" / "issuer.pem").touch()
    Run(folder).start()
    assert os.listdir(folder) == [".reticent-run"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700, "it holds the track and the keys"
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.tex").touch()
    with pytest.raises(BadInput, match="is not an earlier run's; choose another --out"):
        Run(other).start()
    assert os.listdir(other) == ["thesis.tex"]
    with pytest.raises(BadInput, match="a file is in the way"):
        Run(other / "thesis.tex").start()


def test_the_folder_where_one_stands_can_be_a_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Run(tmp_path).start()
    (tmp_path / "keys").mkdir()
    Run(tmp_path.relative_to(tmp_path)).start()
    assert os.listdir(tmp_path) == [".reticent-run"]


def test_a_second_run_into_a_folder_waits_for_none_and_takes_nothing(tmp_path):
    first, second = Run(tmp_path / "run"), Run(tmp_path / "run")
    with first.alone():
        first.start()
        first.clock.touch()
        with pytest.raises(BadInput, match="another run is at it"), second.alone():
            second.start()
        assert first.clock.exists()
    with second.alone():
        second.start()
    assert not first.clock.exists()
