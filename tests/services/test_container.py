"""The folder of `recli export docker`, linted, built by buildah, and run: not as root, and it answers."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from recli.cli import main

pytestmark = pytest.mark.services

ROOT = Path(__file__).parents[2]
KEY = "a key of this test alone"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


@pytest.fixture(scope="module")
def folder(results, tmp_path_factory) -> Path:
    """What `recli export docker` writes, with a wheel of this very source."""
    place = tmp_path_factory.mktemp("docker")
    wheel = ["pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(place), str(ROOT)]
    subprocess.run([sys.executable, "-m", *wheel], check=True)
    [file] = place.glob("recli-*.whl")
    typed = ["export", "docker", place / "c", "--wheel", file, "--results", results, "-q"]
    done = CliRunner().invoke(main, list(map(str, typed)))
    assert done.exit_code == 0, done.output
    return place / "c"


@pytest.fixture(scope="module")
def buildah(tmp_path_factory):
    """`buildah(…)` is what that command prints; its images and containers are of this test alone."""
    if not (shutil.which("buildah") and shutil.which("debootstrap")):
        pytest.skip("buildah is not installed: 'make test-services' does it on Debian")
    place = tmp_path_factory.mktemp("images")
    stored = ["--root", place / "root", "--runroot", place / "run", "--storage-driver", "vfs"]

    def run(*arguments: object) -> str:
        command = ["buildah", *stored, *arguments]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    run.command = ["buildah", *map(str, stored)]
    yield run
    shutil.rmtree(place)


@pytest.fixture(scope="module")
def base(buildah, tmp_path_factory) -> str:
    """A small Debian with Python, for want of a registry of images."""
    place = tmp_path_factory.mktemp("debian")
    include = "--include=python3,python3-venv,ca-certificates"
    made = ["debootstrap", "--variant=minbase", include, "stable", str(place)]
    subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
    # The inside trusts whom this machine trusts.
    shutil.copy(CERTIFICATES, f"{place}{CERTIFICATES}")
    (place / "etc" / "pip.conf").write_text(f"[global]\ncert = {CERTIFICATES}\n")
    container = buildah("from", "scratch")
    buildah("add", "--quiet", container, place, "/")
    buildah("commit", "--quiet", "--rm", container, "recli-base")
    shutil.rmtree(place)
    return "localhost/recli-base"


@pytest.fixture(scope="module")
def image(buildah, base, folder) -> str:
    how = ("--isolation", "chroot", "--network", "host", "--format", "docker")
    buildah("bud", *how, "--build-arg", f"BASE={base}", "--tag", "recli-films", folder)
    return "localhost/recli-films"


def test_hadolint_finds_nothing(folder):
    done = subprocess.run(
        ["hadolint", folder / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_the_compose_file_follows_the_specification(folder):
    check = ["check-jsonschema", "--builtin-schema", "vendor.compose-spec", folder / "compose.yaml"]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_the_image_says_of_itself(buildah, image):
    config = json.loads(buildah("inspect", "--type", "image", image))["Docker"]["config"]
    assert config["User"] == "1000:1000"
    assert config["Cmd"][:4] == ["recli", "serve", "--model", "films"]
    assert config["Healthcheck"]["Test"][0] == "CMD"


def test_it_answers_and_is_not_root(buildah, image, running, free_port):
    port = str(
        free_port()
    )  # that of the image may be taken here, and it has the network of this machine
    inspected = buildah("inspect", "--type", "image", image).replace("8000", port)
    config = json.loads(inspected)["Docker"]["config"]
    container = buildah("from", image)
    inside = [*buildah.command, "run", "--isolation", "chroot"]
    url = f"http://127.0.0.1:{port}"
    command = [*inside, "--env", f"RECLI_API_KEY={KEY}", container, "--", *config["Cmd"]]
    with running(command, f"{url}/readyz"):
        request = urllib.request.Request(
            f"{url}/recommend?user_id=1&n=3", headers={"Authorization": f"Bearer {KEY}"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            document = json.load(answer)
        assert (document["model"], len(document["items"])) == ("films", 3)
        with urllib.request.urlopen(url, timeout=30) as page:  # which is in the wheel, then
            assert b"<title>recli: try it</title>" in page.read()
        subprocess.run([*inside, container, "--", *config["Healthcheck"]["Test"][1:]], check=True)
        served = config["Cmd"][1:]
        found = [process.info for process in psutil.process_iter(["cmdline", "uids"])]
        users = {
            one["uids"].real
            for one in found
            if (one["cmdline"] or [])[-len(served) :] == served and one["cmdline"][0] != "buildah"
        }
        assert users == {1000}
    buildah("rm", container)


def test_read_only_and_as_anybody(buildah, image, running, free_port):
    """As Kubernetes can run it: nothing can be written, and the user has no name and no home."""
    inspected = json.loads(buildah("inspect", "--type", "image", image))["Docker"]["config"]
    container = buildah("from", image)
    place = buildah("mount", container)
    port = free_port()
    served = [str(port) if part == "8000" else part for part in inspected["Cmd"]]
    frozen = (
        'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && mount -t proc proc "$0/proc" && '
        'exec chroot --userspec=4321:4321 "$0" "$@"'
    )
    told = [f"--chdir={inspected['WorkingDir']}", *inspected["Env"], f"RECLI_API_KEY={KEY}"]
    inside = ["env", "-i", *told, *served]
    with running(
        ["unshare", "--mount", "sh", "-c", frozen, place, *inside],
        f"http://127.0.0.1:{port}/readyz",
    ):
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/recommend?user_id=1&n=3",
            headers={"Authorization": f"Bearer {KEY}"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert len(json.load(answer)["items"]) == 3
    buildah("rm", container)
