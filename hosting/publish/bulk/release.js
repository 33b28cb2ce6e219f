// Routes each request to a file of the release that a pointer names. pointer.py describes the pointer, and table.py the
// tables. A table that is missing has not arrived at this edge location: then the previous release is served.
async function releaseFrom(request, pointer) {
  const uri = request.uri;
  for (let at = releaseOf(pointer); at; at = releaseOf(at.p, at)) {
    request.uri = uri;
    try {
      const answer = await releaseAnswer(request, { tables: { redirects: at.u.redirects || {} } }, at);
      if (!answer || answer.statusCode !== 503) return answer;
    } catch (missing) {}
  }
  return tableMissing({ headers: {} });
}
async function releaseAnswer(request, state, at) {
  const answer = await redirects(request, state);
  if (answer) return answer;
  canonicalUri(request);
  const isRoot = request.uri === '/', uri = isRoot ? '/' + encodeURI(at.o) : request.uri;
  const bare = at.m === 'errors' ? uri : uri.replace(/\/$/, '');
  let path = bare.slice(1);
  try { path = decodeURIComponent(path); } catch (malformed) {}
  const page = bare === uri ? releasePage(path, at.x) : [path, 'f'], files = await releaseFiles(at, page[0]);
  const found = releaseFind(at, files, page[1], bare, uri, isRoot);
  if (found[2] && !state.rewritten && /^(GET|HEAD)$/.test(request.method)) return redirectToForm(found[2], request);
  if (found[0]) {
    request.uri = '/.release/o/' + files[found[0]] + found[1];
    return;
  }
  const type = path.slice(path.lastIndexOf('/') + 1).split('.').slice(1).pop();
  const isFile = files.f || type && at.m !== 'errors' && '$TYPES'.includes('/' + type.toLowerCase() + '/');
  request.uri = !isFile && at.a || at.e;
  if (!request.uri) return { statusCode: at.s };
  // An error page has no versions: a visitor's copy must not answer for it with status 304 or 206.
  if (request.uri === at.e) ['if-none-match', 'if-modified-since', 'range'].forEach((name) => { delete request.headers[name]; });
}
// Returns the form of the file that answers, its URI, and the redirect to the other form of the page's path if there is one.
function releaseFind(at, files, form, bare, uri, isRoot) {
  const isFolder = bare !== uri, index = '/' + encodeURI(at.x);
  if (files[form] && !isFolder && (isRoot || form !== 'i' || at.m !== 'pages')) return [form, uri];
  if (at.m === 'pages' && isFolder && files.f) return ['f', bare, bare];
  if (at.m === 'pages' && files.i) {
    const clean = form === 'f' ? bare : bare.slice(0, form === 'p' ? -5 : bare.lastIndexOf('/'));
    return ['i', clean + index, clean !== uri && (clean || '/')];
  }
  if (at.m === 'tree' && form === 's' && files.i && !isFolder) return ['i', uri + '.html'];
  // `//` is no form of the page at `/`.
  if (at.m !== 'tree' || form !== 'f' || bare === '/') return [];
  if (isFolder ? files.i : files.p) return isFolder ? ['i', bare + index] : ['p', uri + '.html'];
  if (isFolder ? files.p : files.i) return isFolder ? ['p', bare + '.html', bare] : ['i', uri + index, uri + '/'];
  return [];
}
