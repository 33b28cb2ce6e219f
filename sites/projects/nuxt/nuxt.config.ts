export default defineNuxtConfig({ telemetry: false, vite: { build: { assetsInlineLimit: 0 } } });
