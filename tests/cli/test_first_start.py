"""Half a minute of compiling is told of, once."""

from astrodrum_live.cli.first_start import tell_of_compiling
from astrodrum_live.rt import jit


def test_a_start_that_has_to_compile_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(jit.numba.config, "CACHE_DIR", str(tmp_path / "kernel"))
    tell_of_compiling()
    assert "compiling the audio callback, once" in capsys.readouterr().err


def test_every_other_start_says_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(jit.numba.config, "CACHE_DIR", str(tmp_path))
    tell_of_compiling()
    assert capsys.readouterr().err == ""
