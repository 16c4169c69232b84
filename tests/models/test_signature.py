"""Models that travel with the signature of whoever exported them."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from recli import errors, registry
from recli.algorithms import Configured
from recli.models import archive, signature
from recli.models import model as models
from recli.stored import sealed

pytestmark = pytest.mark.skipif(not registry.installed("sign"), reason="the extra is not installed")

THERE = Path("there")


@pytest.fixture(scope="module")
def trained(small):
    return models.train(small, Configured.of("baseline-only"), 0)


@pytest.fixture
def digest():
    """SHA-256 of `public.pem`, that of `key.pem`, as openssl writes them; beside it is `other.pem`."""
    ed25519 = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ed25519")
    forms = pytest.importorskip("cryptography.hazmat.primitives.serialization")
    pem, public = forms.Encoding.PEM, forms.PublicFormat.SubjectPublicKeyInfo
    key, other = (ed25519.Ed25519PrivateKey.generate() for _ in range(2))
    private = key.private_bytes(pem, forms.PrivateFormat.PKCS8, forms.NoEncryption())
    Path("key.pem").write_bytes(private)
    for name, one in (("public", key), ("other", other)):
        Path(f"{name}.pem").write_bytes(one.public_key().public_bytes(pem, public))
    return hashlib.sha256(key.public_key().public_bytes_raw()).hexdigest()


@pytest.fixture
def folder(trained, digest):
    return models.save(trained, Path("here"), "m")


def signed(folder):
    return archive.pack(folder, "m.zip", Path("key.pem"))


def taken(name="m", verify="public.pem"):
    return archive.unpack("m.zip", THERE, name, verify and Path(verify))


def rewritten(change):
    with zipfile.ZipFile("m.zip") as source:
        members = {name: source.read(name) for name in source.namelist()}
    change(members)
    with zipfile.ZipFile("m.zip", "w") as target:
        for name, content in members.items():
            target.writestr(name, content)


def test_there_and_back(folder, digest):
    signed(folder)
    there = taken()
    assert (there / signature.FILE).is_file()
    assert models.load(there).seed == 0
    about = models.about(there)
    assert signature.described(there, about) == f"by the key of SHA-256 {digest}"
    assert signature.described(folder, models.about(folder)) == ""
    archive.pack(there, "m.zip")  # it goes along
    assert taken("again").is_dir()


def test_what_is_not_signed_is_refused(folder):
    archive.pack(folder, "m.zip")
    with pytest.raises(errors.DataError, match=r"^m\.zip: m: is not signed\. "):
        taken()
    assert not (THERE / "models" / "m").exists()
    assert taken(verify=None).is_dir()


def test_what_another_has_signed_is_refused(folder):
    signed(folder)
    with pytest.raises(errors.DataError, match=r"m: is not signed by the key in other\.pem"):
        taken(verify="other.pem")


def test_what_was_altered_since_is_refused(folder):
    signed(folder)

    def change(members):
        manifest = json.loads(members["m/model.json"]) | {"trained": "2026-01-01T00:00:00+00:00"}
        members["m/model.json"] = json.dumps(sealed(manifest))

    rewritten(change)
    with pytest.raises(errors.DataError, match=r"m: is not signed by the key in public\.pem"):
        taken()
    there = taken(verify=None)
    assert signature.described(there, models.about(there)).startswith("wrongly, by the key")


@pytest.mark.parametrize(
    "written",
    ["{", "{}", '{"public_key": "x", "signature": ""}', '{"public_key": "", "signature": ""}'],
)
def test_a_signature_that_is_none(folder, written):
    signed(folder)
    rewritten(lambda members: members.update({"m/signature.json": written}))
    with pytest.raises(errors.DataError, match="is damaged|is not signed by"):
        taken()


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "holds no private key"), (b"x", "holds no private key"), (None, "no such file")],
)
def test_a_private_key_that_is_none(folder, content, said):
    Path("key.pem").unlink()
    if content is not None:
        Path("key.pem").write_bytes(content)
    with pytest.raises(errors.RecliError, match=rf"key\.pem: {said}"):
        signed(folder)
    assert not Path("m.zip").exists()


def test_keys_for_each_other(folder):
    shutil.move("key.pem", "private.pem")
    shutil.copy("public.pem", "key.pem")
    with pytest.raises(errors.UsageError, match=r"key\.pem: holds no private key of Ed25519"):
        signed(folder)
    shutil.move("private.pem", "key.pem")
    signed(folder)
    with pytest.raises(errors.UsageError, match=r"key\.pem: holds no public key of Ed25519"):
        taken(verify="key.pem")


def test_without_the_extra(folder, monkeypatch):
    signed(folder)
    monkeypatch.setattr(registry, "installed", lambda extra: False)
    with pytest.raises(errors.MissingExtraError, match=re.escape("pip install 'recli[sign]'")):
        taken()
    there = taken(verify=None)
    assert "pip install 'recli[sign]'" in signature.described(there, models.about(there))
