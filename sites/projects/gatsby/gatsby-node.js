exports.createPages = ({ actions }) => {
  for (const path of ["/about/", "/guide/", "/guide/install/", "/guide/v1.2/", "/guide/deep/", "/guide/deep/notes/"]) {
    actions.createPage({ path, component: require.resolve("./src/pages/index.js") });
  }
};
