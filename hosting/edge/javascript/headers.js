// Sets the headers of all patterns that match one of the page's names; names.py has the names in Python.
const headerRules = $RULES, headerRoutes = $ROUTES;
function headersNames(path) {
  const index = headerRoutes.index, app = headerRoutes.app;
  const ending = [index, '/', '.html'].filter((one) => path.endsWith(one))[0] || '';
  const name = path.slice(0, path.length - ending.length);
  let plain = name;
  try { plain = decodeURIComponent(name); } catch (malformed) {}
  const kind = routeKind(headerRoutes, plain);
  if (kind === 0) return [path];
  const isUnknown = kind === 4 && name && path !== app;
  if (isUnknown && (ending === '/' || !ending)) return [path].concat(headersNames(app));
  const folder = [name + '/', name + index], bare = name ? [name, name + '.html'] : [];
  if (kind !== 3) return [path].concat(folder, bare);
  return [path].concat(ending === index || ending === '/' ? folder : bare);
}
function headers(request, response) {
  const path = request.uri.replace(/^\/\.release\/(?:s\d+|[sao]\/[^\/]+)(?=\/)/, '');
  const paths = headersNames(canonicalPath(path));
  for (let i = 0; i < headerRules.length; i++) {
    const rule = headerRules[i];
    if (paths.some((one) => rule[0].test(one))) {
      Object.keys(rule[1]).forEach((name) => { response.headers[name] = { value: rule[1][name] }; });
    }
  }
}
