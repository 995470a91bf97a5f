"""The checker of HTML that the W3C runs: it knows no attribute of htmx, so those are passed over."""

import subprocess

from tests.http.test_html import walk  # noqa: F401

PASSED_OVER = "|".join(
    (
        r"Attribute “hx[\w:-]*” not allowed.*",  # what htmx reads
        r"Attribute “type” not allowed on element “template”.*",  # how htmx is told where a part of an answer goes
    )
)
ALONE = "<!doctype html><html lang=en><title>a fragment</title><body>{}"


def test_the_checker_of_the_w3c_finds_no_fault(peer, walk, tmp_path):  # noqa: F811
    vnu = peer("vnu-jar/build/dist/vnu.jar", needs="java")
    names = {}
    for number, (text, (name, whole)) in enumerate(walk.texts.items()):
        names[f"{number}.html"] = name
        (tmp_path / f"{number}.html").write_text(text if whole else ALONE.format(text))
    command = ["java", "-Xss2m", "-jar", vnu, "--errors-only", "--format", "gnu", "--filterpattern", PASSED_OVER]
    done = subprocess.run([*command, str(tmp_path)], capture_output=True, text=True, timeout=100)
    told = [
        (names[line.split('"')[1].rpartition("/")[2]], line.partition('":')[2]) for line in done.stderr.splitlines()
    ]
    assert not told, "\n".join(f"{name}, {fault}" for name, fault in told)
    assert done.returncode == 0 and len(names) > 200
