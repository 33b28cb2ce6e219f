"""The kinds of projects that can be imported, and the signs by which each is recognized."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from hosting.errors import HostingError

if TYPE_CHECKING:
    from pathlib import Path

    from hosting.migrate.request import Imported, Request


@dataclass(frozen=True)
class Kind:
    """A kind of project.

    Attributes:
        name: the value of ``--from``.
        title: the host's name.
        signs: paths in the project's folder, of which one is enough.
        package: the package of its importer, whose module ``importer`` has the function ``read``.
        yields_to: the kind that counts alone if a project has both, because these are one project.
        own_signs: the signs by which it is a second kind all the same.
    """

    name: str
    title: str
    signs: tuple[str, ...]
    package: str
    yields_to: str = ""
    own_signs: tuple[str, ...] = ()

    @staticmethod
    def is_in(root: Path, signs: tuple[str, ...]) -> bool:
        """Return whether a folder has one of the signs."""
        return any((root / sign).exists() for sign in signs)

    def read(self, request: Request, home: Path) -> Imported:
        """Return what the importer has found."""
        result: Imported = import_module(f"hosting.migrate.{self.package}.importer").read(request, home)
        return result


KINDS = (
    Kind(
        "amplify-cli",
        "the Amplify CLI's S3 and CloudFront",
        ("amplify/backend/hosting/S3AndCloudFront/template.json",),
        "amplify_cli",
    ),
    Kind(
        "amplify-hosting",
        "Amplify Hosting",
        ("amplify.yml", "customHttp.yml", "amplify/backend.ts", "amplify/backend/hosting/amplifyhosting", "amplify"),
        "amplify_hosting",
        yields_to="amplify-cli",
        own_signs=("amplify/backend/hosting/amplifyhosting",),
    ),
    Kind("netlify", "Netlify", ("netlify.toml",), "netlify"),
    Kind("vercel", "Vercel", ("vercel.json", "vercel.ts", "vercel.js", "vercel.mjs", ".vercel/project.json"), "vercel"),
    Kind("firebase", "Firebase", ("firebase.json",), "firebase"),
    Kind("s3deploy", "s3deploy", (".s3deploy.yml", ".s3deploy.yaml"), "s3deploy"),
    Kind("sst", "SST", ("sst.config.ts", "sst.config.mts", "sst.config.js", "sst.config.mjs"), "sst"),
)


def kind_of(request: Request) -> Kind:
    """Return the kind of the project.

    Raises:
        HostingError: it is of no kind, or of several.
    """
    root = request.root
    if not root.is_dir():
        raise HostingError(f"There is no folder '{root}': python -m hosting.migrate <the project's folder>")
    if request.kind:
        return next(kind for kind in KINDS if kind.name == request.kind)
    if request.app:
        return next(kind for kind in KINDS if kind.package == "amplify_hosting")
    present = [kind for kind in KINDS if kind.is_in(root, kind.signs)]
    names = {kind.name for kind in present}
    found = [kind for kind in present if kind.yields_to not in names or kind.is_in(root, kind.own_signs)]
    if len(found) == 1:
        return found[0]
    if not found:
        signs = ", ".join(kind.signs[0] for kind in KINDS)
        raise HostingError(f"'{root}' has none of {signs}: python -m hosting.migrate <the project's folder>")
    titles = " and of ".join(kind.title for kind in found)
    raise HostingError(f"'{root}' is a project of {titles}: add {' or '.join(f'--from {kind.name}' for kind in found)}")
