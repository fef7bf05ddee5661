"""One saved model of each kind for the whole run; tests that damage one copy it first."""

from pathlib import Path

import pytest
from tiny_models import save_tiny


@pytest.fixture(scope="session")
def live_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("live")
    save_tiny(folder, "live")
    return folder


@pytest.fixture(scope="session")
def wavegan_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wavegan")
    save_tiny(folder, "wavegan")
    return folder
