"""Where things lie on a machine: the caches, and the patches and models that ship."""

import os
import sys
import tempfile
from pathlib import Path

_PACKAGE = Path(__file__).parent


def cache_folder() -> Path:
    """The user's cache folder for this program, made if need be; a temporary one as a last resort.

    ``ASTRODRUM_CACHE`` overrides it.
    """
    if override := os.environ.get("ASTRODRUM_CACHE"):
        folder = Path(override)
    elif sys.platform == "win32":
        folder = Path(os.environ.get("LOCALAPPDATA", Path.home())) / "astrodrum"
    elif sys.platform == "darwin":
        folder = Path.home() / "Library" / "Caches" / "astrodrum"
    else:
        folder = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "astrodrum"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    except OSError:
        pass
    return Path(tempfile.mkdtemp(prefix="astrodrum-"))


def user_folder(name: str) -> Path:
    """``patches``: where this user's own lie, which may not be there yet.

    ``ASTRODRUM_HOME`` overrides its parent.
    """
    if override := os.environ.get("ASTRODRUM_HOME"):
        return Path(override) / name
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA", Path.home())) / "astrodrum" / name
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "astrodrum" / name
    data = Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share"))
    return data / "astrodrum" / name


def shipped_folder(name: str) -> Path:
    """``patches``, ``models`` or ``examples``: beside the package in a checkout, inside a wheel.

    Where it should be, if it has gone.
    """
    checkout = (_PACKAGE.parent / "pyproject.toml").is_file()
    return (_PACKAGE.parent if checkout else _PACKAGE) / name
