"""Whether the previews are below a domain that another stack of the project uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hosting.previews.domains import production_domain
from tests.unit.previews.test_settings import settings

if TYPE_CHECKING:
    from pathlib import Path

    from hosting.config.load import Settings


def edge(domain: str) -> Settings:
    """Return the settings of the preview edge `previews`."""
    return settings("previews", previews_domain=domain, domain_zone=domain)


@pytest.mark.parametrize(
    ("config", "found"),
    [
        ("domain:zone: example.com", "example.com"),
        ("domain:names: [www.example.com]", "example.com"),
        ("domain:names: '[\"*.example.com\"]'", "example.com"),
        ("domain:names: '[\"docs.example.com\"]'", "example.com"),
        ("domain:names: ['{stack}.a.Example.com']", "example.com"),
        ("domain:names: [www.example.org, www.example.com]", "example.com"),
        ("domain:names: [example.co.uk]", ""),
        ("domain:names: '[{'", ""),
        ("domain:names: text", ""),
        ("domain:names: 7", ""),
        ("domain:names: ['example.']", ""),
        ("domain:zone: Z0123456789ABC", ""),
        ("domain:zone: example.com\n  previews:domain: example.com", ""),
        ("publish:directory: www", ""),
    ],
)
def test_a_domain_of_another_stack(tmp_path: Path, config: str, found: str) -> None:
    """The zone and the names of other stacks count, unless they are preview edges too."""
    (tmp_path / "Pulumi.prod.yaml").write_text(f"config:\n  {config}\n")
    assert production_domain(edge("previews.example.com"), tmp_path) == found
    assert production_domain(edge("example-previews.com"), tmp_path) == ""


@pytest.mark.parametrize(
    ("name", "previews", "found"),
    [
        ("www.example.co.uk", "previews.example.co.uk", "example.co.uk"),
        ("www.example.co.uk", "example-previews.co.uk", ""),
        ("example.com.au", "example-previews.com.au", ""),
        ("www.example.or.jp", "example-previews.or.jp", ""),
        ("www.example.com.br", "previews.example.com.br", "example.com.br"),
        ("www.example.co.com", "previews.co.com", ""),
        ("acme.github.io", "acme-previews.github.io", ""),
        ("www.city.kawasaki.jp", "previews.city.kawasaki.jp", "city.kawasaki.jp"),
        ("co.uk", "example-previews.co.uk", ""),
        ("docs.a.example.de", "b.example.de", "example.de"),
    ],
)
def test_registrable_domains(tmp_path: Path, name: str, previews: str, found: str) -> None:
    """Each domain below a public suffix, such as a country's or a host's of sites, is another one's."""
    (tmp_path / "Pulumi.prod.yaml").write_text(f"config:\n  domain:names: [{name}]\n")
    assert production_domain(edge(previews), tmp_path) == found


def test_files_that_are_no_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stack's own file, broken files, and files without a config say nothing."""
    (tmp_path / "Pulumi.previews.yaml").write_text("config:\n  domain:zone: example.com\n")
    (tmp_path / "Pulumi.a.yaml").write_text("config: [\n")
    (tmp_path / "Pulumi.b.yaml").write_text("- text\n")
    (tmp_path / "Pulumi.c.yaml").write_text("config: text\n")
    (tmp_path / "Pulumi.d.yaml").mkdir()
    monkeypatch.chdir(tmp_path)
    assert production_domain(edge("example.com")) == ""
