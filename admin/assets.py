"""Static files of the desk: hashed names, a year of caching, compressed once."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Response, abort, request, url_for

from casework.core.drawings import SHEET

FOLDER = Path(__file__).parent / "static"
YEAR = 31_536_000


@dataclass(frozen=True)
class Asset:
    """One file, read at start: `name` carries a digest of its content."""

    name: str
    mimetype: str
    plain: bytes
    packed: bytes


def load(folder: Path = FOLDER) -> dict[str, Asset]:
    """All files of `folder`, and the drawings, by the name under which templates ask for them."""
    found = {}
    for path in (*sorted(folder.iterdir()), SHEET):
        content = path.read_bytes()
        digest = hashlib.blake2b(content, digest_size=6).hexdigest()
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        name = f"{path.stem}.{digest}{path.suffix}"
        found[path.name] = Asset(name, kind, content, gzip.compress(content, 9, mtime=0))
    return found


def serve_from(blueprint: Blueprint) -> None:
    """Serve the files under `/static/` of `blueprint`; templates name them by `asset(...)`."""
    known = load()
    by_address = {asset.name: asset for asset in known.values()}

    @blueprint.get("/static/<name>", endpoint="asset")
    def send(name: str) -> Response:
        asset = by_address.get(name) or abort(404)
        packed = "gzip" in request.accept_encodings
        response = Response(asset.packed if packed else asset.plain, mimetype=asset.mimetype)
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        return response

    @blueprint.app_template_global("desk_asset")
    def address(name: str) -> str:
        return url_for(f"{blueprint.name}.asset", name=known[name].name)
