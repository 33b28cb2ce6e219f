import vue from "@vitejs/plugin-vue";

export default { plugins: [vue()], publicDir: "content", build: { assetsInlineLimit: 0 } };
