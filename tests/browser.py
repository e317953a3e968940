"""A real JupyterLab and a real browser, both cut from the network, for the tests that need them."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
CHROMIUM = Path("/usr/bin/chromium")


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def jupyterlab(folder):
    """Serve `folder` on a free port of loopback, without token, until the block ends."""
    port = _free_port()
    # Configuration, runtime and workspaces of its own: the user's are neither read nor written.
    own = {
        name: str(folder / ".jupyter" / name.lower())
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR",
                     "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
    }  # fmt: skip
    # Nothing to ask of a stranger: no dialog stands over the page.
    settings = folder / ".jupyter" / "jupyter_config_dir" / "labconfig" / "page_config.json"
    settings.parent.mkdir(parents=True)
    settings.write_text(
        '{"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": true}}'
    )
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}",
        "--ServerApp.port_retries=0", "--IdentityProvider.token=", f"--ServerApp.root_dir={folder}",
        "--allow-root",
    ]  # fmt: skip
    env = {**os.environ, **own, "PYTHONPATH": str(ROOT), "SOLIDATA_HOME": str(ROOT)}
    with (folder / "jupyter.log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env=env, cwd=folder)
        try:
            _wait(server, f"http://127.0.0.1:{port}/api/status", folder / "jupyter.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(20)


def _wait(server, url, log):
    for _ in range(240):
        assert server.poll() is None, log.read_text()
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            urllib.request.urlopen(url, timeout=2).close()
            return
        time.sleep(0.25)
    raise AssertionError(log.read_text())


@contextlib.contextmanager
def page(width=1400, height=1800):
    """Open a page of a browser, and the list of addresses it asked for outside loopback."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright n’est pas installé")
    if not CHROMIUM.exists():
        pytest.skip(f"pas de navigateur {CHROMIUM}")
    asked = []
    with api.sync_playwright() as engine:
        browser = engine.chromium.launch(
            executable_path=str(CHROMIUM),
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
        )
        opened = browser.new_page(viewport={"width": width, "height": height}, locale="fr-FR")

        ours = re.compile(r"(https?|wss?)://127\.0\.0\.1[:/]|data:|blob:")

        def sieve(route):
            if ours.match(route.request.url):
                route.continue_()
            else:
                asked.append(route.request.url)
                route.abort()

        opened.route("**/*", sieve)
        opened.on("websocket", lambda s: None if ours.match(s.url) else asked.append(s.url))
        try:
            yield opened, asked
        finally:
            browser.close()


def write_notebook(path, *cells):
    """Write a notebook of these cells, never run."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}  # fmt: skip
    nbformat.write(book, path)


def run_all(opened, address, name):
    """Open a notebook and run every cell of it, in the page."""
    opened.goto(f"{address}/lab/tree/{name}?reset")
    opened.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell").first.wait_for(
        timeout=60_000
    )
    opened.get_by_text("| Idle").first.wait_for(timeout=60_000)
    if opened.locator(".jp-Dialog .jp-mod-accept").count():
        opened.locator(".jp-Dialog .jp-mod-accept").first.click()
    opened.get_by_role("menuitem", name="Run", exact=True).click()
    opened.locator('.lm-Menu-item[data-command="runmenu:run-all"]').click()
