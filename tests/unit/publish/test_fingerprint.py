"""Which file names are made from the content: names of real builds, and names that only look like it."""

from __future__ import annotations

import pytest

from hosting.publish.fingerprint import is_fingerprinted

VITE = [
    "assets/index-DiwrgTda.js",
    "assets/index-n_ryQ3BS.css",
    "assets/react-CHdo91hT.svg",
    "assets/vendor-BRs2ndDL.js",
    "assets/vendor-BRs2ndDL.js.map",
    "assets/inter-latin-400-normal-C38fXH4l.woff2",
    "assets/index.4f3d2a1b.js",
    "assets/vendor.a9c07f2e.css",
    "assets/chunks/theme.CX3vt8Jr.js",
]
WEBPACK = [
    "main.3f2a9c1b4d5e6f7a8b9c.js",
    "js/app.3f2a9c1b.js",
    "js/chunk-vendors.5f0c1d3a.js",
    "css/app.e6c13ad2.css",
    "29822eaa871e8eadeaa4.png",
]
CRA = [
    "static/js/main.abcdef12.chunk.js",
    "static/js/2.4f3d2a1b.chunk.js",
    "static/js/main.4f3d2a1b.js",
    "static/js/main.4f3d2a1b.js.map",
    "static/js/main.4f3d2a1b.js.LICENSE.txt",
    "static/js/main.defaceda.js",
    "static/css/main.e6c13ad2.css",
    "static/media/logo.6ce24c58023cc2f8fd88fe9d219db6c6.svg",
    "static/media/logo.103b5fa1.svg",
]
NEXT = [
    "_next/static/chunks/main-app-6b2c1f3d4e5f6a7b.js",
    "_next/static/chunks/app/layout-3d1f0a9b8c7d6e5f.js",
    "_next/static/chunks/polyfills-42372ed130431b0a.js",
    "_next/static/chunks/_93808211._.js",
    "_next/static/css/5c7a9f3d1b2e4f60.css",
    "_next/static/media/e4af272ccee01ff0-s.p.woff2",
    "_next/static/Wq3uJ0cXhYk8sP2zLr7Nd/_buildManifest.js",
    "_next/static/Wq3uJ0cXhYk8sP2zLr7Nd/_ssgManifest.js",
]
ASTRO = [
    "_astro/index.BxYq12Ab.css",
    "_astro/hoisted.D4xKq1Zz.js",
    "_astro/client.DVxemvf8.js",
    "_astro/houston.CZZyCf7p_ZmRjIw.webp",
]
ANGULAR = [
    "main.8a7b6c5d4e3f2a1b.js",
    "polyfills-es2015.3f2a9c1b4d5e6f7a8b9c.js",
    "styles.ef46db3751d8e999.css",
    "runtime.1c2d3e4f5a6b7c8d.js",
    "123.0a1b2c3d4e5f6a7b.js",
    "main-ABCDEFGH.js",
    "polyfills-FFHMD2TL.js",
    "styles-5INURTSO.css",
    "chunk-7JFYBRTB.js",
    "media/inter-X5J4K6LM.woff2",
    "roboto.2f9a1c7e8b3d4f60.woff2",
]
HUGO = [
    "css/main.min.e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.css",
    "js/bundle.d41d8cd98f00b204e9800998ecf8427e.js",
    "posts/a/photo_hu0b6d4f8e1a2c3d4e5f60718293a4b5c6_12345_600x0_resize_q75_box.jpg",
    "posts/a/photo_hu_3f2a9c1b4d5e6f7a.webp",
]
SVELTEKIT = [
    "_app/immutable/entry/start.DkWl3wzs.js",
    "_app/immutable/nodes/0.Cq1r2s3T.js",
    "_app/immutable/assets/0.BfKQ9xYz.css",
    "_app/immutable/chunks/scheduler.e108d1fd.js",
]
OTHERS = [
    "app.3f2a9c1b.js",
    "main-4f3d2a1b.css",
    "index.1a2b3c4d.js.gz",
    "logo.3f2a9c1b.svg",
    "locales/de.3f2a9c1b.json",
    "workbox-4f3d2a1b.js",
    "app.0123456789dec5ab.js",
]


@pytest.mark.parametrize("path", [*VITE, *WEBPACK, *CRA, *NEXT, *ASTRO, *ANGULAR, *HUGO, *SVELTEKIT, *OTHERS])
def test_names_of_real_builds(path: str) -> None:
    """Each tool's own output is fingerprinted."""
    assert is_fingerprinted(path)


@pytest.mark.parametrize(
    "path",
    [
        "index.html",
        "page.3f2a9c1b.html",
        "assets/index-DiwrgTda.html",
        "_next/static/page.html",
        "_astro/index.htm",
        "page.3f2a9c1b.html.gz",
        "feed.3f2a9c1b.xml",
        "notes.3f2a9c1b.txt",
    ],
)
def test_pages_feeds_and_text_never_are(path: str) -> None:
    """What is found under a steady URL must be fresh, whatever its name or folder."""
    assert not is_fingerprinted(path)


@pytest.mark.parametrize(
    "path",
    [
        "asset-manifest.json",
        "manifest.3f2a9c1b.json",
        "_next/static/abc/_clientMiddlewareManifest.json",
        "site.webmanifest",
        "assets/manifest-DiwrgTda.webmanifest",
        ".vite/manifest.json",
        "_app/version.json",
        "_next/static/production/_buildManifest.js",
        "_next/static/this-is-release-2024x/_ssgManifest.js",
    ],
)
def test_manifests_never_are(path: str) -> None:
    """A manifest tells which of the hashed files are current: it can't be one of them."""
    assert not is_fingerprinted(path)


@pytest.mark.parametrize(
    "path",
    [
        "sw.js",
        "sw.3f2a9c1b.js",
        "service-worker.js",
        "serviceWorker.3f2a9c1b.js",
        "firebase-messaging-sw.js",
        "service_worker.js",
        "service_worker.3f2a9c1b.js",
        "ngsw-worker.js",
        "safety-worker.js",
        "static/js/service-worker.3f2a9c1b.js",
        "_next/static/sw.js",
    ],
)
def test_service_workers_never_are(path: str) -> None:
    """A stale service worker would keep the whole site stale."""
    assert not is_fingerprinted(path)


@pytest.mark.parametrize(
    "path",
    [
        "photo-20240131.jpg",
        "IMG_20240131_123456.jpg",
        "photo-20240131a.jpg",
        "photo-a20240131b.jpg",
        "photo-20240131-3f2a9c1b.jpg",
        "2024-01-31-3f2a9c1b.png",
        "img/scan.20240131123456.png",
        "assets/photo-20240131.jpg",
        "assets/holiday-20240131-CHdo91hT.jpg",
        "static/media/photo.20240131.jpg",
        "static/media/photo.20240131a.jpg",
        "style-20240131.css",
        "style-20240131b.css",
        "style-cafe2024.css",
        "style-2024cafe.css",
        "photo-24dec2024b.jpg",
        "img-dec24feb25.jpg",
        "theme-01dec2024.css",
        "bundle-15feb2025.js",
        "static/media/photo.01dec2024.jpg",
        "static/media/team.2024dec1.jpg",
        "team.2024dec1.jpg",
    ],
)
def test_dates_are_not(path: str) -> None:
    """A date is not a hash, not even when its digits are hex or a hash follows on an image."""
    assert not is_fingerprinted(path)


@pytest.mark.parametrize(
    "path",
    [
        "photo.jpg",
        "app.js",
        "app-deadbeef.js",
        "facade.js",
        "img-facade.png",
        "shoot-cafe2024.jpg",
        "portrait-face2face.jpg",
        "font-face2face.css",
        "theme-decade90.css",
        "lib-1decade2.js",
        "tel-00498912345678.png",
        "call-12345678.js",
        "jquery-3.6.0.min.js",
        "lib-1.2.3.js",
        "bundle.v20.js",
        "app.3f2a9c1.js",
        "3f2a9c1b.js",
        "5f8d0d55b54764421b7156c3.jpg",
        "user-550e8400-e29b-41d4-a716-446655440000.jpg",
        "user-550e8400-e29b-41d4-a716-446655440000.js",
        "photo-3F2A9C1B.jpg",
        "docs.3f2a9c1b/index.js",
        "archive.3f2a9c1b",
        ".3f2a9c1b",
        "hash-3f2a9c1b",
    ],
)
def test_words_numbers_versions_and_ids_are_not(path: str) -> None:
    """What a person or a database names is not made from the content."""
    assert not is_fingerprinted(path)


@pytest.mark.parametrize(
    "path",
    [
        "assets/user-settings.js",
        "assets/index-homepage.css",
        "assets/Inter-SemiBold.woff2",
        "assets/theme-DarkMode.css",
        "assets/convert-Pdf2Html.js",
        "assets/tool-Csv2Json.js",
        "assets/index-MainPage.js",
        "assets/main-MyBigApp.js",
        "assets/holiday-Summer24.jpg",
        "assets/team-JohnDoe1.jpg",
        "assets/wallpaper-FullHD2x.png",
        "assets/pic-IMG_1234.jpg",
        "assets/img-DSC01234.jpg",
        "assets/report-V2_Final.pdf",
        "assets/logo.svg",
        "img/react-CHdo91hT.svg",
    ],
)
def test_names_in_an_assets_folder_are_not(path: str) -> None:
    """Many hand-made sites have an `assets` folder: eight characters after a dash are not enough."""
    assert not is_fingerprinted(path)


@pytest.mark.parametrize(
    "path",
    [
        "photo-CALENDAR.js",
        "js/main-ABCDEFGH.js",
        "main-ABCDEFG1.js",
        "media/clip-TOP5HITS.mp4",
        "media/font-VERSION2.woff2",
        "README-TEMPLATE.js",
        "styles-DARKMODE.css",
        "scripts-CHECKOUT.js",
    ],
)
def test_capitals_are_not(path: str) -> None:
    """Angular's tokens count only where Angular puts them."""
    assert not is_fingerprinted(path)


@pytest.mark.parametrize("path", ["static/js/main.js", "static/css/print.css", "static/img/logo.defaceda.png"])
def test_steady_names_beside_hashed_ones_are_not(path: str) -> None:
    """CRA's folders alone prove nothing."""
    assert not is_fingerprinted(path)
