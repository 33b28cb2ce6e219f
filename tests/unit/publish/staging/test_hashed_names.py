"""Which file names carry the hash of the content: names of real builds, and names that only look like it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hosting.publish.staging.generators import EXCLUSIONS, NAMING_RULES
from hosting.publish.staging.hashed_names import hashed_names

# Every file of real builds, one list for each generator, and of each list the files that are hashed, told by reading.
GENERATORS = Path(__file__).parents[3] / "fixtures" / "generators"
TREES = sorted(file.stem for file in GENERATORS.glob("*.txt"))

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
    "main.a0030d53.iframe.bundle.js.LICENSE.txt",
]
NUXT = ["_nuxt/B0gb6Mhm.js", "_nuxt/error-404.Bb87HomL.css", "docs/_nuxt/entry.CLDdwZDr.css"]
GATSBY = ["static/6dacf7b2c4db85249eda1745ffb570ed/3faea/profile-pic.webp"]
RUSTDOC = [
    "static.files/main-5013f961.js",
    "static.files/ayu-2bfd0af01c176fd5.css",
    "static.files/NanumBarunGothic-13b3dcba.ttf.woff2",
    "search.index/0016935e3531.js",
    "search.index/entry/28d9b029abf1.js",
]
PAGEFIND = ["pagefind/fragment/en_1a2b3c4.pf_fragment", "pagefind/pagefind.en-us_14fa73a4b517e.pf_meta"]
DOCUMENTATION = [
    "assets/javascripts/bundle.1e8ae164.min.js",
    "assets/javascripts/workers/search.decade90.min.js",
    "assets/css/styles.face2fab.css",
]
ELEVENTY = ["blog/post/xbVnp_hAou-350.avif", "dist/cC8wS6ZjFU.js", "bundle/rML3HBI25a.css"]


def is_hashed(path: str) -> bool:
    """Return whether the name alone counts as hashed, without other files in the folder."""
    return path in hashed_names([path])


def tree(name: str) -> list[str]:
    """Return the paths of a list of files."""
    return (GENERATORS / f"{name}.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(
    "path",
    [
        *(*VITE, *WEBPACK, *CRA, *NEXT, *ASTRO, *ANGULAR, *HUGO, *SVELTEKIT, *OTHERS),
        *(*NUXT, *GATSBY, *RUSTDOC, *PAGEFIND, *DOCUMENTATION, *ELEVENTY),
    ],
)
def test_names_of_real_builds(path: str) -> None:
    """The output of each generator is hashed."""
    assert is_hashed(path)


@pytest.mark.parametrize("name", TREES)
def test_all_hashed_files_of_a_generator_and_no_others(name: str) -> None:
    """In a whole build, exactly the files of the list made by a reader count as hashed."""
    hashed = (GENERATORS / "hashed" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    assert sorted(hashed_names(tree(name))) == sorted(hashed)


def test_there_is_a_list_for_each_kind_of_generator() -> None:
    """Each build has a list, and together they have many files of both kinds."""
    paths = [path for name in TREES for path in tree(name)]
    labels = [path for file in (GENERATORS / "hashed").iterdir() for path in file.read_text().splitlines()]
    assert len(TREES) == len(list((GENERATORS / "hashed").iterdir())) >= 23
    assert len(labels) > 800
    assert len(paths) - len(labels) > 1_500


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
    """A file with a fixed URL must be fresh, whatever its name or folder."""
    assert not is_hashed(path)


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
        "_nuxt/builds/latest.json",
        "_nuxt/builds/meta/a5fe4852-3474-418a-a73e-dab0b80af8aa.json",
        "precache-manifest.043bd0b89d1e9d4dff5a3e9c7cacf5a8.js",
        "page-data/sq/d/2841359383.json",
        "pagefind/pagefind-entry.json",
        "_next/static/production/_buildManifest.js",
        "_next/static/this-is-release-2024x/_ssgManifest.js",
    ],
)
def test_manifests_never_are(path: str) -> None:
    """A manifest lists the current hashed files, so it can't be one of them."""
    assert not is_hashed(path)


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
    assert not is_hashed(path)


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
    assert not is_hashed(path)


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
        "user-5f8d0d55b54764421b7156c3.jpg",
        "avatars/0bc83cb571cd1c50ba6f3e8a78ef1346.png",
        "videos/dQw4w9WgXcQ.jpg",
        "videos/dQw4w9WgXcQ-640.jpg",
        "processed_images/photo.0bc83cb571cd1c50.jpg",
        "_images/graphviz-0bc83cb571cd1c50ba6f3e8a78ef1346aabbccdd.png",
        "static.files/COPYRIGHT-7fb11f4e.txt",
        "search.index/root1.95.0.js",
        "pagefind/wasm.en.pagefind",
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
    """Names that people and databases choose do not depend on the content."""
    assert not is_hashed(path)


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
    assert not is_hashed(path)


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
    """Angular's hashes count only in Angular's folders."""
    assert not is_hashed(path)


@pytest.mark.parametrize("path", ["static/js/main.js", "static/css/print.css", "static/img/logo.defaceda.png"])
def test_steady_names_beside_hashed_ones_are_not(path: str) -> None:
    """CRA's folders alone prove nothing."""
    assert not is_hashed(path)


BESIDE_VITE = [
    "assets/user-settings.js",
    "assets/my-profile.js",
    "assets/hero-my_photo.jpg",
    "assets/index-homepage.css",
    "assets/page-Overview.js",
    "assets/docs-Handbook.pdf",
    "assets/Inter-SemiBold.woff2",
    "assets/theme-DarkMode.css",
    "assets/About-MyTeam01.js",
    "assets/main-MyBigApp.js",
    "assets/convert-Pdf2Html.js",
    "assets/holiday-Summer24.jpg",
    "assets/team-JohnDoe1.jpg",
    "assets/pic-IMG_1234.jpg",
    "assets/img-DSC01234.jpg",
    "assets/wallpaper-FullHD2x.png",
    "assets/report-V2_Final.pdf",
    "assets/icon-1024x768.png",
    "assets/photo-20240131.jpg",
    "assets/holiday-20240131-CHdo91hT.jpg",
    "assets/jquery.validate.js",
    "assets/bootstrap.bundle.min.js",
    "assets/logo.svg",
]


@pytest.mark.parametrize("name", ["vite-react", "vitepress-clean0", "vue-router"])
@pytest.mark.parametrize("path", BESIDE_VITE)
def test_words_beside_hashed_names_are_not(path: str, name: str) -> None:
    """A folder of hashed files does not make a name with a word in it a hashed one."""
    assert path not in hashed_names([*tree(name), path])


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("angular", "styles-DARKMODE.css"),
        ("angular", "README-TEMPLATE.js"),
        ("angular", "media/clip-TOP5HITS.mp4"),
        ("angular", "media/poster-CALENDAR.png"),
        ("gatsby", "theme-decade90.css"),
        ("gatsby", "call-12345678.js"),
        ("docusaurus-undef", "assets/js/app.20240131.js"),
        ("mdbook", "theme-decade90.css"),
        ("mdbook", "call-12345678.js"),
        ("parcel", "photo.20240131.jpg"),
        ("parcel", "photo.cafe2024.jpg"),
        ("parcel", "shoot-cafe2024.jpg"),
        ("eleventy", "blog/HeroBanner-700.jpg"),
        ("eleventy", "blog/background-350.webp"),
        ("eleventy", "blog/Screenshot-1024.png"),
        ("eleventy", "blog/IMG_123456-350.jpg"),
        ("eleventy", "dist/TweenMaxJs.js"),
        ("eleventy", "dist/bootstrap.js"),
    ],
)
def test_words_beside_other_generators_files_are_not(name: str, path: str) -> None:
    """Words, numbers and dates don't count as hashes beside any generator's files."""
    assert path not in hashed_names([*tree(name), path])


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("vite-react", "assets/Settings-BlkZmqtr.js"),
        ("vite-react", "assets/hero-BF8QNONU.jpg"),
        ("vitepress-clean0", "assets/guide_cms.md.edw-9b54.lean.js"),
        ("angular", "home-component-QWZXKFBG.js"),
        ("angular", "chunk-OBAMIKES.js"),
        ("angular", "media/inter-KAFOLIRE.woff2"),
        ("angular", "media/photo-QWZXKFBG.png"),
        ("docusaurus-undef", "assets/js/1498.12345678.js"),
        ("docusaurus-undef", "assets/css/styles.12345678.css"),
        ("mdbook", "toc-1234ab56.js"),
        ("mdbook", "fonts/open-sans-12345678.woff2"),
        ("parcel", "logo.1234ab56.svg"),
        ("parcel", "logo.12345678.svg"),
        ("eleventy", "blog/fourthpost/xvnpqHAOUB-350.avif"),
        ("eleventy", "dist/xvnpqHAOUB.css"),
    ],
)
def test_a_name_that_may_be_a_word_is_hashed_if_the_others_in_the_folder_are(name: str, path: str) -> None:
    """The generator's other files decide about a name that may be a word or a number."""
    assert not is_hashed(path)
    assert path in hashed_names([*tree(name), path])


def test_few_hashed_files_do_not_decide_for_many_others() -> None:
    """At least as many files have to be certain as may be words."""
    certain, doubtful = ["assets/a-CHdo91hT.js"], ["assets/b-BlkZmqtr.js", "assets/c-DwrtPqzd.js"]
    assert hashed_names([*certain, *doubtful]) == set(certain)
    assert hashed_names([*certain, *doubtful, "assets/d-CX3vt8Jr.js"]) == {*certain, *doubtful, "assets/d-CX3vt8Jr.js"}


OWN_FOLDER = [
    "js/app-CHdo91hT.js",
    "js/vendor-BRs2ndDL.js",
    "js/Cx3vt8Jr.js",
    "js/lazy-BlkZmqtr.js",
    "js/a-C5vZ8_qK.png",
]


def test_a_folder_of_hashed_names_is_known_by_its_names() -> None:
    """A bundler may write to any folder: it is enough that each file in it has the form."""
    assert not any(map(is_hashed, OWN_FOLDER))
    assert hashed_names(OWN_FOLDER) == set(OWN_FOLDER)
    assert hashed_names([*OWN_FOLDER, "js/index.html", "index.html", "logo.svg"]) == set(OWN_FOLDER)


@pytest.mark.parametrize(
    "others",
    [
        pytest.param(["js/jquery.js"], id="a file of another form"),
        pytest.param(["js/settings/a.js", "js/x.js"], id="a short name"),
    ],
)
def test_a_folder_with_other_files_is_not(others: list[str]) -> None:
    """One file of another form is enough, as people have added files."""
    assert hashed_names([*OWN_FOLDER, *others]) == set()


def test_a_word_in_a_folder_of_hashed_names_is_not() -> None:
    """A name that has the form by chance does not count."""
    words = {"js/user-settings.js", "js/MainPage.js", "js/my-profile.js"}
    assert hashed_names([*OWN_FOLDER, *words]) == set(OWN_FOLDER)


def test_folders_of_ids_are_not() -> None:
    """Files named by ids look random but are not code, and two scripts are too few to decide."""
    assert (
        hashed_names([f"products/shoe-{one}.jpg" for one in ("x7Kp2mQz", "aB3dE5fG", "Zt9Lw0Xe", "q1W2e3R4")]) == set()
    )
    assert hashed_names(["js/app-CHdo91hT.js", "js/vendor-BRs2ndDL.js"]) == set()


def test_every_row_of_the_tables_names_its_source() -> None:
    """Each rule has a source, and no two rules are for the same generators."""
    assert all(row.source.startswith("https://") for row in (*NAMING_RULES, *EXCLUSIONS))
    assert len({rule.generators for rule in NAMING_RULES}) == len(NAMING_RULES)
    assert all(rule.certain for rule in NAMING_RULES)
