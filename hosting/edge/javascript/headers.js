// Sets the headers of all patterns that match a path of the page. headersPaths does the same as page_paths.py.
const headerRules = $RULES, headerRoutes = $ROUTES;
function headersPaths(path) {
  const index = headerRoutes.index, app = headerRoutes.app;
  const ending = [index, '/', '.html'].filter((end) => path.endsWith(end))[0] || '';
  const name = path.slice(0, path.length - ending.length);
  let plain = name;
  try { plain = decodeURIComponent(name); } catch (malformed) {}
  const kind = routeKind(headerRoutes, plain);
  if (kind === 0) return [path];
  const isUnknown = kind === 4 && name && path !== app;
  if (isUnknown && (ending === '/' || !ending)) return [path].concat(headersPaths(app));
  const folder = [name + '/', name + index], bare = name ? [name, name + '.html'] : [];
  if (kind !== 3) return [path].concat(folder, bare);
  return [path].concat(ending === index || ending === '/' ? folder : bare);
}
function headers(request, response) {
  const path = request.uri.replace(/^\/\.release\/(?:s\d+|[sao]\/[^\/]+)(?=\/)/, '');
  const paths = headersPaths(canonicalPath(path));
  for (let i = 0; i < headerRules.length; i++) {
    const rule = headerRules[i];
    if (paths.some((uri) => rule[0].test(uri))) {
      Object.keys(rule[1]).forEach((name) => { response.headers[name] = { value: rule[1][name] }; });
    }
  }
}
