"""What is in the packages."""

import re
import subprocess
import tarfile

import pytest

from conftest import DIST, ROOT

VERSION = subprocess.run(
    [ROOT / "scripts/version"], capture_output=True, text=True, check=True).stdout.strip()
FILES = {
    "etc/notes-gateway/notes-gateway.yaml": 0o644,
    "lib/systemd/system/notes-gateway.service": 0o644,
    "lib/systemd/system/notes-gateway@.service": 0o644,
    "usr/bin/notes-gateway": 0o755,
    "usr/share/bash-completion/completions/notes-gateway": 0o644,
    "usr/share/doc/notes-gateway/changelog.Debian.gz": 0o644,
    "usr/share/doc/notes-gateway/changelog.gz": 0o644,
    "usr/share/doc/notes-gateway/copyright": 0o644,
    "usr/share/doc/notes-gateway/examples/notes-gateway.yaml": 0o644,
    "usr/share/fish/vendor_completions.d/notes-gateway.fish": 0o644,
    "usr/share/man/man1/notes-gateway.1.gz": 0o644,
    "usr/share/man/man5/notes-gateway.yaml.5.gz": 0o644,
    "usr/share/zsh/vendor-completions/_notes-gateway": 0o644,
}
ARCHIVED = [
    "INSTALL.md", "LICENSE", "README.md", "bin/notes-gateway",
    "lib/systemd/system/notes-gateway.service", "lib/systemd/system/notes-gateway@.service",
    "notes-gateway.yaml", "share/bash-completion/completions/notes-gateway",
    "share/fish/vendor_completions.d/notes-gateway.fish", "share/man/man1/notes-gateway.1",
    "share/man/man5/notes-gateway.yaml.5", "share/zsh/site-functions/_notes-gateway",
]


def said(*command) -> str:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_lintian_has_no_error_and_no_warning():
    packages = sorted(DIST.glob("*.deb"))
    assert said("lintian", "--allow-root", "--fail-on=warning", *packages) == ""


@pytest.mark.parametrize(("path", "mode"), FILES.items())
def test_a_file_is_where_debian_wants_it(unpacked, path, mode):
    assert (unpacked / path).stat().st_mode & 0o777 == mode


def test_only_the_configuration_is_the_operators(unpacked):
    names = (unpacked / "DEBIAN/conffiles").read_text().splitlines()
    assert names == ["/etc/notes-gateway/notes-gateway.yaml"]


def test_it_depends_on_debian_alone_and_on_the_loop_that_is_loaded_by_name(package):
    names = set(re.findall(r"[\w.+-]+(?=[ ,\n]|$)", re.sub(
        r" \([^)]*\)", "", said("dpkg-deb", "--field", package, "Depends"))))
    assert {"libwebsockets-evlib-uv", "libwebsockets17", "libuv1", "libssl3", "libc6"} <= names
    assert not any("swift" in name for name in names)


def test_the_version_is_the_programs(package, unpacked):
    assert said("dpkg-deb", "--field", package, "Version").strip() == f"{VERSION}-1"
    assert f"notes-gateway {VERSION}" in said(unpacked / "usr/bin/notes-gateway", "--version")


def test_the_program_is_stripped_and_its_symbols_are_in_their_package(unpacked, symbols, tmp_path):
    program = unpacked / "usr/bin/notes-gateway"
    assert ".debug_info" not in said("readelf", "--section-headers", "--wide", program)
    build = re.search(r"Build ID: (\w\w)(\w+)", said("readelf", "--notes", program))
    subprocess.run(["dpkg-deb", "--extract", symbols, tmp_path], check=True)
    debug = tmp_path / f"usr/lib/debug/.build-id/{build[1]}/{build[2]}.debug"
    address = re.search(
        r"^(\w+) t \S+ReaderO12readSections_\S+$", said("nm", debug), re.MULTILINE)
    place = said("addr2line", "--exe", debug, f"0x{address[1]}")
    assert re.search(r"ConfigurationReader\+Sections\.swift:\d+", place), place


def test_the_maintainer_scripts_are_well_formed(unpacked):
    for name in ("preinst", "postinst", "prerm", "postrm"):
        script = unpacked / "DEBIAN" / name
        if script.exists():
            said("sh", "-n", script)
            said("shellcheck", script)
    written = [ROOT / "scripts" / name for name in ("package", "version", "install-dependencies")]
    said("shellcheck", *written)


def test_nothing_starts_before_it_has_been_configured(unpacked):
    script = (unpacked / "DEBIAN/postinst").read_text()
    assert re.findall(r"deb-systemd-invoke (\S+) '(.*?)'", script) == [
        ("try-restart", "notes-gateway.service"), ("try-restart", "notes-gateway@*.service")]
    assert "dont-enable" in script or "was-enabled" in script


def test_the_pages_can_be_read(unpacked):
    for page in unpacked.glob("usr/share/man/man*/*"):
        result = subprocess.run(
            ["man", "--warnings", "--local-file", page], capture_output=True, text=True, check=True)
        assert result.stderr == "" and "DESCRIPTION" in result.stdout, page


def test_the_sandbox_is_tight(unpacked, tmp_path):
    for unit in unpacked.glob("lib/systemd/system/*.service"):
        said("systemd-analyze", "security", "--offline=yes", "--threshold=15", unit)


def test_an_instance_has_a_configuration_and_a_directory_of_its_own(unpacked):
    service, instance = (
        (unpacked / f"lib/systemd/system/notes-gateway{kind}.service").read_text().splitlines()
        for kind in ("", "@")
    )
    changed = [line for line, other in zip(instance, service, strict=True) if line != other]
    assert [line for line in changed if not line.startswith("#")] == [
        "Description=Live sync in front of a notes API (%i)",
        "ExecStart=/usr/bin/notes-gateway serve --config /etc/notes-gateway/%i.yaml",
        "RuntimeDirectory=notes-gateway-%i",
    ]


def test_the_archive_has_what_it_takes(archive):
    with tarfile.open(archive) as opened:
        members = opened.getmembers()
    top = archive.name.removesuffix(".tar.gz")
    names = [member.name for member in members]
    assert {f"{top}/{path}" for path in ARCHIVED} - set(names) == set()
    assert names == sorted(names, key=lambda name: name.split("/")) and top.startswith(
        f"notes-gateway-{VERSION}-linux-")
    assert {(member.uid, member.gid, member.uname, member.gname) for member in members} == {
        (0, 0, "", "")}


def test_the_units_of_the_archive_name_the_place_that_its_note_names(archive):
    with tarfile.open(archive) as opened:
        top = archive.name.removesuffix(".tar.gz")
        unit = opened.extractfile(f"{top}/lib/systemd/system/notes-gateway.service").read()
        note = opened.extractfile(f"{top}/INSTALL.md").read()
    assert b"ExecStart=/usr/local/bin/notes-gateway serve" in unit
    assert b"cp -r bin lib share /usr/local/" in note


def test_the_same_program_gives_the_same_packages(tmp_path):
    program = ROOT / ".build/release/notes-gateway"
    said(ROOT / "scripts/package", program, tmp_path)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert len(made) == 3
    for name, content in made.items():
        assert (DIST / name).read_bytes() == content, name
