module.exports = {
  title: "Harbour",
  url: "https://harbour.example",
  baseUrl: "/",
  onBrokenLinks: "throw",
  presets: [["classic", { docs: { path: "content", routeBasePath: "/" }, blog: false }]],
};
