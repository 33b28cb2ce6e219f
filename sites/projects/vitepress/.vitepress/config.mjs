export default {
  title: "Harbour",
  srcDir: "content",
  cleanUrls: process.env.FORM === "clean",
  vite: { build: { assetsInlineLimit: 0 } },
};
