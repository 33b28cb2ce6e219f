// Sets the headers of all patterns that match a path of the page. headersPaths does the same as page_paths.py.
const headerRules = $RULES, headerRoutes = $ROUTES, headerAppPaths = $APP_PATHS;
function headersPaths(path, name, kind) {
  const index = headerRoutes.index, ending = path.slice(name.length);
  if (kind === 0) return [path];
  const isUnknown = kind === 4 && name && path !== headerRoutes.app;
  if (isUnknown && (ending === '/' || !ending)) return [path].concat(headerAppPaths);
  const folder = [name + '/', name + index], bare = name ? [name, name + '.html'] : [];
  if (kind !== 3) return [path].concat(folder, bare);
  return [path].concat(ending === index || ending === '/' ? folder : bare);
}
$ASYNC function headers(request, response, state) {
  const path = canonicalPath(request.uri.replace(/^\/\.release\/(?:s\d+|[sao]\/[^\/]+)(?=\/)/, ''));
  const ending = [headerRoutes.index, '/', '.html'].filter((end) => path.endsWith(end))[0] || '';
  const name = path.slice(0, path.length - ending.length);
  let plain = name;
  try { plain = decodeURIComponent(name); } catch (malformed) {}
  const named = $NAMED;
  // $MISSING
  const rules = $CANDIDATES;
  // $NO_RULES
  const paths = headersPaths(path, name, routeKind(headerRoutes, named, plain));
  for (let i = 0; i < rules.length; i++) {
    const from = rules[i][0], values = rules[i][1];
    if (paths.some((uri) => typeof from === 'string' ? from === uri : from.test(uri))) {
      Object.keys(values).forEach((header) => { response.headers[header] = { value: values[header] }; });
    }
  }
}
