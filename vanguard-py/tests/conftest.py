"""What every test has."""

import pytest


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key of the models that tests serve."""
    monkeypatch.setenv("TEST_MODEL_KEY", "sk-secret")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
