import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  build: {
    // Source maps are the classic thing that a build makes and publish:ignore keeps at home.
    sourcemap: "hidden",
    // Small images stay files: this app is here to have its files published.
    assetsInlineLimit: 0,
  },
});
