"""Where things lie."""

from astrodrum_live import places


def test_a_users_kits_lie_where_the_environment_says(tmp_path, monkeypatch):
    monkeypatch.setenv("ASTRODRUM_HOME", str(tmp_path))
    assert places.user_folder("patches") == tmp_path / "patches"


def test_a_shipped_folder_that_has_gone_is_named_where_it_belongs(tmp_path, monkeypatch):
    package = tmp_path / "astrodrum_live"
    monkeypatch.setattr(places, "_PACKAGE", package)
    assert places.shipped_folder("models") == package / "models"
    (tmp_path / "pyproject.toml").write_text("")
    assert places.shipped_folder("models") == tmp_path / "models"
