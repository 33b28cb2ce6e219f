export default defineNuxtConfig({
  telemetry: false,
  // Its crawler takes a link with a dot for a file.
  nitro: { prerender: { routes: ["/guide/v1.2"] } },
  vite: { build: { assetsInlineLimit: 0 } },
});
