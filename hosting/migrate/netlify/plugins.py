"""The build plugins of Netlify: what each wrote or did, and so what the site goes without."""

from __future__ import annotations

# https://www.netlify.com/integrations/ has the plugins.
PLUGINS = {
    "@netlify/plugin-nextjs": "it ran Next.js as a server; a static export does not need it",
    "@netlify/plugin-gatsby": "it ran Gatsby's functions; the site's files do not need it",
    "@netlify/plugin-sitemap": "it wrote sitemap.xml: add it to the build",
    "@netlify/plugin-lighthouse": "it measured the deploys: run Lighthouse in CI",
    "@netlify/plugin-emails": "it ran functions that send mail",
    "@netlify/plugin-contentful-buildtime": "it set variables for Contentful: set publish:environment",
    "@netlify/angular-runtime": "it ran Angular as a server; the browser folder does not need it",
    "@sentry/netlify-build-plugin": "it reported each release to Sentry: call sentry-cli after `pulumi up`",
    "gatsby-plugin-netlify": "it wrote _headers and _redirects, which are read here too",
    "netlify-plugin-a11y": "it checked the pages: run the check in CI",
    "netlify-plugin-cache": "it kept folders between builds: use the cache of the CI",
    "netlify-plugin-cache-nextjs": "it kept folders between builds: use the cache of the CI",
    "netlify-plugin-checklinks": "it checked the links: run the check in CI",
    "netlify-plugin-cypress": "it ran tests: run them in CI",
    "netlify-plugin-fetch-feeds": "it wrote files from feeds: add it to the build",
    "netlify-plugin-gatsby-cache": "it kept folders between builds: use the cache of the CI",
    "netlify-plugin-html-validate": "it checked the pages: run the check in CI",
    "netlify-plugin-hugo-cache-resources": "it kept folders between builds: use the cache of the CI",
    "netlify-plugin-image-optim": "it made the images smaller: add that to the build",
    "netlify-plugin-inline-critical-css": "it wrote styles into the pages: add that to the build",
    "netlify-plugin-inline-source": "it wrote scripts into the pages: add that to the build",
    "netlify-plugin-minify-html": "it minified the pages: add that to the build",
    "netlify-plugin-no-more-404": "it wrote redirects for removed pages: add them to website:redirects",
    "netlify-plugin-playwright-cache": "it kept folders between builds: use the cache of the CI",
    "netlify-plugin-prerender-spa": "it rendered the pages of the app: add that to the build",
    "netlify-plugin-pnpm": "it installed packages with pnpm: do so in CI",
    "netlify-plugin-submit-sitemap": "it sent the sitemap to search engines: call them after `pulumi up`",
    "netlify-plugin-subfont": "it made the fonts smaller: add that to the build",
    "netlify-plugin-webmentions": "it sent webmentions: send them after `pulumi up`",
}
UNKNOWN = "it ran at Netlify alone: if it wrote files, add that to the build"
