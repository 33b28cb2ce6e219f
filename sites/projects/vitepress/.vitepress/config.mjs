export default {
  title: "Harbour",
  srcDir: "content",
  // Without an icon, browsers ask for /favicon.ico.
  head: [["link", { rel: "icon", href: "data:," }]],
  cleanUrls: process.env.FORM === "clean",
  vite: { build: { assetsInlineLimit: 0 } },
};
