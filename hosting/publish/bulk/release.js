// Routes each request to a file of the live release, which the store's pointer names. pointer.py describes the pointer, and
// table.py the tables. A table that is missing has not arrived at this edge location: then the previous release is served.
async function release(request, state) {
  const uri = request.uri;
  let pointer = null;
  delete request.headers['x-release-headers'];
  try {
    const text = await store.get('$KEY');
    pointer = JSON.parse(text);
  } catch (missing) {}
  for (let at = pointer; at; at = at.p) {
    request.uri = uri;
    try {
      const answer = await releaseAnswer(request, { release: at, tables: at.u });
      if (!answer || answer.statusCode !== 503) return answer;
    } catch (missing) {}
  }
  return tableMissing({ headers: {} });
}
async function releaseAnswer(request, state) {
  let answer = null;
  if (state.tables.redirects) answer = await redirects(request, state);
  if (answer) return answer;
  canonicalUri(request);
  const at = state.release, uri = request.uri === '/' ? '/' + encodeURI(at.o) : request.uri;
  const isFolder = at.m !== 'errors' && uri.endsWith('/'), bare = isFolder ? uri.slice(0, -1) : uri;
  let path = bare.slice(1);
  try { path = decodeURIComponent(path); } catch (malformed) {}
  const name = releaseName(path, at.x), files = await releaseFiles(at, name[0]);
  const found = releaseFind(at, files, name[1], isFolder, bare, uri, request, state);
  if (found.statusCode) return found;
  if (found.uri) {
    request.uri = '/.release/o/' + found.publish + found.uri;
    return await releaseHeaders(request, state, name[0], releasePaths(at, files, found.form, name[0], uri));
  }
  return await releaseUnknown(request, state, path, uri);
}
// Returns the name of a path's page and the form of the file; `_page_name` in table.py does the same.
function releaseName(path, index) {
  const ends = [[index, 'i'], [index.replace(/\.html$/, ''), 's']];
  for (let i = 0; i < 2; i++) {
    if (path === ends[i][0]) return ['', ends[i][1]];
    if (path.endsWith('/' + ends[i][0])) return [path.slice(0, -1 - ends[i][0].length), ends[i][1]];
  }
  return path.endsWith('.html') ? [path.slice(0, -5), 'p'] : [path, 'f'];
}
// Returns which publish wrote the files of a name, by form.
async function releaseFiles(at, name) {
  const hash = require('crypto').createHash('sha256').update(name).digest('base64url');
  let number = 0;
  for (let i = 0; i < 3; i++) number = number * 64 + '$ALPHABET'.indexOf(hash[i]);
  const bucket = await store.get('t/' + at.t + '/' + number % at.n);
  const files = {}, key = hash.slice(3, 8);
  [bucket, at.c].forEach((text) => {
    for (let i = text.indexOf(key); i >= 0; i = text.indexOf(key, i + 1)) {
      if (i % 10 === 0) files[text[i + 5]] = text.slice(i + 6, i + 10);
    }
  });
  Object.keys(files).forEach((form) => { if (files[form] === '----') delete files[form]; });
  return files;
}
// Returns the file of a path with its URI, or the redirect to the other form of a page's path.
function releaseFind(at, files, form, isFolder, bare, uri, request, state) {
  const file = (kind, to) => ({ publish: files[kind], form: kind, uri: to });
  if (files[form] && !isFolder) return file(form, uri);
  if (at.m === 'errors') return {};
  const index = '/' + encodeURI(at.x), isRedirected = !state.rewritten && /^(?:GET|HEAD)$/.test(request.method);
  if (at.m === 'pages') {
    if (!files.i) return {};
    const clean = form === 'i' || form === 's' ? bare.slice(0, bare.lastIndexOf('/')) : bare.replace(/\.html$/, '');
    if (clean !== uri && isRedirected) return redirectToForm(clean || '/', request);
    return file('i', clean + index);
  }
  if (form === 's' && files.i && !isFolder) return file('i', uri + '.html');
  if (form !== 'f') return {};
  if (isFolder ? files.i : !files.p && files.i) {
    return isFolder || !isRedirected ? file('i', bare + index) : redirectToForm(uri + '/', request);
  }
  if (!files.p) return {};
  return isFolder && isRedirected ? redirectToForm(bare, request) : file('p', bare + '.html');
}
// Returns the paths of a page by which rules for headers are found; page_paths.py does the same.
function releasePaths(at, files, form, name, uri) {
  const page = name && '/' + encodeURI(name), index = '/' + encodeURI(at.x);
  if (form === 'f' || form === 's') return [uri];
  const folder = [page + '/', page + index], bare = page ? [page, page + '.html'] : [];
  if (files.i && files.p) return [uri].concat(form === 'i' ? folder : bare);
  return [uri].concat(folder, bare);
}
// Serves the app's page or the error page for a path that is not a file.
async function releaseUnknown(request, state, path, uri) {
  const at = state.release, last = path.slice(path.lastIndexOf('/') + 1), dot = last.lastIndexOf('.');
  const isFile = at.m !== 'errors' && dot >= 0 && '$TYPES'.includes('/' + last.slice(dot + 1).toLowerCase() + '/');
  const page = isFile || !at.a ? at.e : at.a;
  if (!page) return { statusCode: 404, headers: { 'content-type': { value: 'text/plain' } }, body: 'Not found' };
  request.uri = page;
  // An error page has no versions: a visitor's copy must not answer for it with status 304 or 206.
  if (page === at.e) ['if-none-match', 'if-modified-since', 'range'].forEach((header) => { delete request.headers[header]; });
  return await releaseHeaders(request, state, path, [uri]);
}
// Passes the headers of all rules that match a path of the page to the function for responses.
async function releaseHeaders(request, state, name, paths) {
  if (!state.tables.headers) return;
  const rules = await tableRules([], state.tables.headers, '/' + encodeURI(name), paths[0]), values = {};
  if (rules === null) return { statusCode: 503 };
  rules.forEach((rule) => {
    const isFound = paths.some((uri) => typeof rule[0] === 'string' ? rule[0] === uri : rule[0].test(uri));
    if (isFound) Object.keys(rule[1]).forEach((header) => { values[header] = rule[1][header]; });
  });
  request.headers['x-release-headers'] = { value: encodeURIComponent(JSON.stringify(values)) };
}
