"""The file names that web generators make from a file's content, as tables.

The content of a file with the content's hash in its name never changes, so browsers may keep it for a year. A rule that
matches too much leaves visitors with a stale file for a year. A rule that matches too little costs a revalidation. So
in doubt, a rule does not match.

The patterns are regular expressions over a path without the parts that ``ADDITIONS`` describes.
"""

from __future__ import annotations

from dataclasses import dataclass

from hosting.publish.staging.hash_patterns import (
    BASE32,
    BOTH_CASES,
    BREAK,
    DIGIT_OR_UNPRONOUNCEABLE,
    DIGITS_BETWEEN,
    HEX,
    HEX_AHEAD,
    LETTER_AND_DIGIT,
    NO_CAMEL_CASE,
    NO_CAPITAL_WORD,
    NO_DATE,
    NO_DAY,
    NO_HEX_WORD,
    NO_LONG_HEX_WORD,
    NO_SEPARATORS,
    NO_TITLE,
    NO_WORDS,
    RANDOM_HEX,
    UNPRONOUNCEABLE,
)

# The parts that tools put between the hash and the extension (`main.3f2a9c1b.chunk.js`), the extension, and the
# suffixes of files that accompany another file: source maps, license comments, precompressed copies.
ADDITIONS = (
    r"(?:\.(?:chunk|min|bundle|module|worker|async|lean|iframe)){0,2}(\.[^./]+)"
    r"(?:\.map|\.LICENSE\.txt)?(?:\.gz|\.br|\.zst)?"
)


@dataclass(frozen=True)
class Exclusion:
    """Files whose names do not depend on their content, even if they look like it.

    Attributes:
        files: a description of the files.
        pattern: a regular expression of their paths; case does not matter.
        source: the URL of the reason.
    """

    files: str
    pattern: str
    source: str


@dataclass(frozen=True)
class NamingRule:
    """Where a kind of generator puts files with a hash in their names, and what those names look like.

    Attributes:
        generators: the tools that name files so.
        above: a regular expression of the folders around the generator's own.
        source: the URL of the generator's documentation or code.
        folder: a regular expression of the generator's folder, with the slash at its end; "" if any folder will do.
        certain: the rest of the path of a file that is hashed, whatever the other files are.
        likely: the rest of the path of a file that is hashed if at least as many files in its folder are certain.
    """

    generators: str
    above: str
    source: str
    certain: str
    folder: str = ""
    likely: str = ""


# The site may be in a subfolder of another site. The number limits the cost of a long path.
_NESTED = "(?:[^/]+/){0,3}"
# Any folder. The lookahead keeps the name's pattern from being tried for each folder of the path.
_ANYWHERE = r"(?:[^\n]*/)?(?![^/]*/)"
_ROOT = ""
_EVERYTHING = r"[^\n]+\.[A-Za-z\d]+"

_ANY = r"\.[A-Za-z\d]+"
_CODE = r"\.(?:[cm]?js|css|wasm|woff2?|[ot]tf|eot)"
_FONT = r"\.(?:woff2?|[ot]tf|eot)"
_PICTURE = r"\.(?:avif|webp|jpe?g|png|gif|svg|ico|cur)"
_NAME = "[^/]+[.-]"

# Between words, people write dashes rather than dots.
_LIKELY_BASE64 = rf"{NO_DAY}(?:[^/]+\.|[^/]+-{NO_SEPARATORS}){NO_WORDS}(?:[\w-]{{8}}{_CODE}|{NO_TITLE}[\w-]{{8}}{_ANY})"

EXCLUSIONS = (
    Exclusion(
        files="pages, feeds and text, whose URLs do not change",
        pattern=r"[^\n]*\.(?:x?html?|xml|rss|atom|txt|md|webmanifest|appcache|map|gz|br|zst)",
        source="https://web.dev/articles/http-cache",
    ),
    Exclusion(
        files="service workers, and the lists that they import",
        pattern=rf"{_ANYWHERE}(?:[^/]*[.-])?(?:sw|service[-_]?worker|ngsw-worker|safety-worker|precache-manifest)[.-][^/]*",
        source="https://web.dev/articles/service-worker-lifecycle#avoid-url-change",
    ),
    Exclusion(
        files="manifests, which list the current hashed files",
        pattern=rf"{_ANYWHERE}[^/]*manifest[^/]*\.json",
        source="https://vite.dev/guide/backend-integration",
    ),
    Exclusion(
        files="Nuxt's manifests of builds",
        pattern=r"(?:[^\n]*/)?_nuxt/builds/[^\n]*",
        source="https://nuxt.com/docs/4.x/guide/going-further/experimental-features#appmanifest",
    ),
    Exclusion(
        files="files named by a UUID, which is an id",
        pattern=rf"{_ANYWHERE}[^/]*[\da-f]{{8}}(?:-[\da-f]{{4}}){{3}}-[\da-f]{{12}}\.[^./]+",
        source="https://www.rfc-editor.org/rfc/rfc9562",
    ),
    Exclusion(
        files="Zola's resized images, by a hash of the source's path, and Sphinx's drawings, by a hash of their source",
        pattern=r"(?:[^\n]*/)?(?:processed)?_images/[^\n]*",
        source="https://github.com/getzola/zola/blob/master/components/imageproc/src/helpers.rs",
    ),
)

NAMING_RULES = (
    NamingRule(
        generators="Next.js",
        above=_NESTED,
        folder="_next/static/",
        # Next generates a build id of 21 characters; a custom one (`generateBuildId`) may repeat for other content.
        certain=rf"(?!(?!(?=[^/]*\d)(?=[^/]*[A-Z])(?=[^/]*[a-z])[\w-]{{21}}/)[^/]+/_[A-Za-z]*Manifest\.js){_EVERYTHING}",
        source="https://nextjs.org/docs/app/guides/self-hosting",
    ),
    NamingRule(
        generators="Nuxt",
        above=_NESTED,
        folder="_nuxt/",
        certain=_EVERYTHING,
        source="https://nuxt.com/docs/4.x/api/nuxt-config#buildassetsdir",
    ),
    NamingRule(
        generators="Astro",
        above=_NESTED,
        folder="_astro/",
        certain=_EVERYTHING,
        source="https://docs.astro.build/en/recipes/customizing-output-filenames/",
    ),
    NamingRule(
        generators="SvelteKit",
        above=_NESTED,
        folder="_app/immutable/",
        certain=_EVERYTHING,
        source="https://svelte.dev/docs/kit/configuration#appDir",
    ),
    NamingRule(
        generators="Gatsby",
        above=_NESTED,
        folder="static/",
        certain=rf"[\da-f]{{32}}/[\da-f]{{5}}/[^/]+{_ANY}",
        source="https://www.gatsbyjs.com/docs/caching/#static-files",
    ),
    NamingRule(
        generators="rustdoc",
        above=_NESTED,
        folder=r"static\.files/",
        certain=rf"[^/]+-[\da-f]{{8}}(?:[\da-f]{{8}})?(?:\.ttf)?{_ANY}",
        source="https://doc.rust-lang.org/nightly/nightly-rustc/rustdoc/html/render/write_shared/index.html",
    ),
    NamingRule(
        # Its script computes the hash of each file that it loads, to find the request that the file answers.
        generators="rustdoc's search index",
        above=_NESTED,
        folder=r"search\.index/",
        certain=r"(?:\w+/)?[\da-f]{12}\.js",
        source="https://github.com/rust-lang/rust/pull/145911",
    ),
    NamingRule(
        generators="Create React App",
        above=_NESTED,
        folder="static/",
        source="https://create-react-app.dev/docs/production-build",
        certain=rf"(?:js|css|media)/{NO_DAY}[^/]+\.{NO_DATE}(?=\d*[a-f])[\da-f]{{8,32}}{_ANY}",
    ),
    NamingRule(
        generators="Docusaurus, Material for MkDocs",
        above=_NESTED,
        folder="assets/",
        source="https://github.com/facebook/docusaurus/discussions/7157",
        certain=rf"(?:js|css|javascripts(?:/workers)?|stylesheets)/[^/]+\.{NO_DATE}{LETTER_AND_DIGIT}[\da-f]{{8}}{_CODE}",
        likely=rf"(?:js|css|javascripts(?:/workers)?|stylesheets)/[^/]+\.{NO_DATE}[\da-f]{{8}}{_CODE}",
    ),
    NamingRule(
        generators="Vite, Rollup, Rolldown; so VitePress, Storybook, React Router",
        above=_NESTED,
        folder="assets/",
        source="https://rollupjs.org/configuration-options/#output-assetfilenames",
        certain=rf"{_ANYWHERE}(?:(?:{_NAME}{NO_CAMEL_CASE}(?={BREAK}{{2}})|index[.-](?={BREAK})"
        rf"(?:{NO_CAMEL_CASE}|(?=[A-Za-z]{{8}}\.){UNPRONOUNCEABLE})){BOTH_CASES}[\w-]{{8}}{_CODE}"
        rf"|{NO_DAY}{_NAME}{BOTH_CASES}(?={BREAK}{{4}})[\w-]{{8}}{_ANY})",
        likely=f"{_ANYWHERE}{_LIKELY_BASE64}",
    ),
    NamingRule(
        generators="Eleventy's bundle plugin; `dist` is the folder in its starter",
        above=_NESTED,
        folder="(?:bundle|dist)/",
        source="https://github.com/11ty/eleventy-plugin-bundle",
        certain=rf"{NO_CAMEL_CASE}(?:(?={BREAK}{{4}})|(?={BREAK}{{3}}){UNPRONOUNCEABLE}){BOTH_CASES}[\w-]{{10}}\.(?:js|css)",
        likely=rf"{NO_CAMEL_CASE}{NO_WORDS}(?=[^A-Z.]*[A-Z])[\w-]{{10}}\.(?:js|css)",
    ),
    NamingRule(
        generators="Angular since 17, by esbuild; a localised app has a folder for each locale",
        above=_ROOT,
        folder="(?:(?!js/)[a-z]{2}(?:-[A-Z]{2})?/)?",
        source="https://angular.dev/cli/build",
        certain=rf"(?:(?:main|polyfills|styles|scripts|runtime|chunk)-{DIGIT_OR_UNPRONOUNCEABLE}{BASE32}{_CODE}"
        rf"|media/[^/]+-{DIGITS_BETWEEN}{BASE32}{_FONT})",
        likely=rf"(?:(?:(?:main|polyfills|runtime|chunk)-|[^/]+-{NO_CAPITAL_WORD}){BASE32}{_CODE}"
        rf"|media/[^/]+-(?:{BASE32}{_FONT}|{NO_CAPITAL_WORD}{BASE32}{_PICTURE}))",
    ),
    NamingRule(
        generators="Eleventy's image plugin",
        above=_ROOT,
        source="https://www.11ty.dev/docs/plugins/image/",
        certain=rf"{_ANYWHERE}(?=[\w-]{{10}}-\d){NO_CAMEL_CASE}(?:(?={BREAK}{{4}})|(?={BREAK}{{3}}){UNPRONOUNCEABLE})"
        rf"{BOTH_CASES}[\w-]{{10}}-\d{{1,5}}{_PICTURE}",
        likely=rf"{_ANYWHERE}(?=[\w-]{{10}}-\d){NO_WORDS}(?=[^A-Z.]*[A-Z])[\w-]{{10}}-\d{{1,5}}{_PICTURE}",
    ),
    NamingRule(
        generators="webpack, Parcel, Gatsby, Hugo, Docusaurus, mdBook, older Angular and Vite",
        above=_ANYWHERE,
        source="https://webpack.js.org/guides/caching/",
        # 24 digits are MongoDB's ids; 20 digits alone are webpack's names of images.
        certain=rf"(?:{_NAME}{HEX_AHEAD}{NO_DATE}{NO_HEX_WORD}{HEX}{_CODE}"
        rf"|{NO_DAY}(?:{_NAME}{HEX_AHEAD}(?![\da-f]{{24}}\.)|(?=[\da-f]{{20}}\.))"
        rf"{NO_DATE}{NO_HEX_WORD}{RANDOM_HEX}{HEX}{_ANY})",
    ),
    NamingRule(
        generators="webpack, Parcel, Docusaurus: 8 digits after a dot",
        above=_ANYWHERE,
        source="https://parceljs.org/features/production/#content-hashing",
        certain=rf"{NO_DAY}[^/]+\.{HEX_AHEAD}{NO_DATE}{NO_HEX_WORD}(?:[\da-f]{{8}}{_CODE}|{RANDOM_HEX}[\da-f]{{8}}{_ANY})",
        likely=rf"{NO_DAY}[^/]+\.{HEX_AHEAD}{NO_DATE}(?![a-f]+\.)[\da-f]{{8}}{_ANY}",
    ),
    NamingRule(
        generators="mdBook, Vite before 5: 8 digits after a dash",
        above=_ANYWHERE,
        source="https://docs.rs/crate/mdbook-html/0.5.3/source/src/html_handlebars/static_files.rs",
        certain=rf"[^/]+-{HEX_AHEAD}{NO_DATE}{NO_HEX_WORD}[\da-f]{{8}}{_CODE}",
        likely=rf"[^/]+-{HEX_AHEAD}{NO_DATE}(?:{NO_LONG_HEX_WORD}[\da-f]{{8}}{_CODE}|[\da-f]{{8}}{_FONT})",
    ),
    NamingRule(
        generators="Hugo's images",
        above=_ANYWHERE,
        certain=rf"[^/]+_hu_?{LETTER_AND_DIGIT}[\da-f]{{16,64}}(?:_\d+_[\dx]+_\w{{1,80}})?{_ANY}",
        source="https://gohugo.io/content-management/image-processing/",
    ),
    NamingRule(
        generators="Pagefind",
        above=_ANYWHERE,
        certain=r"[^/]+_[\da-f]{6,64}\.pf_(?:fragment|index|filter|meta)",
        source="https://github.com/Pagefind/pagefind/issues/747",
    ),
)

# Bundlers that are configured to write to other folders. If every file in a folder has a name of the form EVERY_FILE,
# and at least FEWEST_EVIDENT of them are code whose names can't be words, the files of the form LIKELY_FILE are hashed.
EVERY_FILE = rf"(?:{_NAME})?[\w-]{{8}}(?:[\w-]{{2}})?{_ANY}"
EVIDENT_CODE = rf"(?:{_NAME})?{BOTH_CASES}{NO_CAMEL_CASE}(?={BREAK}{{3}})[\w-]{{8}}(?:[\w-]{{2}})?{_CODE}"
LIKELY_FILE = rf"(?:{_LIKELY_BASE64}|{BOTH_CASES}{NO_CAMEL_CASE}{NO_WORDS}[\w-]{{8}}(?:[\w-]{{2}})?{_CODE})"
FEWEST_EVIDENT = 3
