// Maps a path to a file. `SiteRoutes.answer` in site_routes.py does the same.
const routeData = $DATA;
$ASYNC function route(request, state) {
  const uri = request.uri, slash = uri.endsWith('/');
  if (uri === '/') {
    request.uri = routeData.root;
    return;
  }
  let path = uri;
  try { path = decodeURIComponent(uri); } catch (malformed) {}
  const name = slash ? path.slice(0, -1) : path;
  const named = $NAMED;
  // $MISSING
  const kind = routeKind(routeData, named, name), bare = slash ? uri.slice(0, -1) : uri;
  if (kind === 4) request.uri = routeData.app;
  else if (kind === 0) request.uri = slash ? bare + routeData.index : uri;
  else {
    const hasForm = kind === 3 || (routeData.slash === (kind === 1)) === slash;
    if (!hasForm && !state.rewritten && /^(?:GET|HEAD)$/.test(request.method)) {
      return redirectToForm(slash ? bare : uri + '/', request);
    }
    request.uri = bare + (slash === hasForm ? routeData.index : '.html');
  }
}
