import react from "@vitejs/plugin-react";

export default { plugins: [react()], publicDir: "content", build: { assetsInlineLimit: 0 } };
