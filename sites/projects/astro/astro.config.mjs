import { defineConfig } from "astro/config";

export default defineConfig({
  build: { format: process.env.FORM },
  vite: { build: { assetsInlineLimit: 0 } },
  devToolbar: { enabled: false },
});
