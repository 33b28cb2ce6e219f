// Routes each request to a file of the live release, which the store's pointer names. pointer.py describes the pointer, and
// table.py the tables. A table that is missing has not arrived at this edge location: then the previous release is served.
async function release(request) {
  const uri = request.uri;
  let at = null;
  delete request.headers['x-release'];
  try {
    const text = await store.get('$KEY');
    at = JSON.parse(text);
  } catch (missing) {}
  for (; at; at = at.p) {
    request.uri = uri;
    try {
      const answer = await releaseAnswer(request, { tables: at.u }, at);
      if (!answer || answer.statusCode !== 503) return answer;
    } catch (missing) {}
  }
  return tableMissing({ headers: {} });
}
async function releaseAnswer(request, state, at) {
  let answer = null;
  if (at.u.redirects) answer = await redirects(request, state);
  if (answer) return answer;
  canonicalUri(request);
  const isRoot = request.uri === '/', uri = isRoot ? '/' + encodeURI(at.o) : request.uri;
  const bare = at.m === 'errors' ? uri : uri.replace(/\/$/, '');
  let path = bare.slice(1);
  try { path = decodeURIComponent(path); } catch (malformed) {}
  const page = bare === uri ? releasePage(path, at.x) : [path, 'f'], files = await releaseFiles(at, page[0]);
  const found = releaseFind(at, files, page[1], bare, uri, isRoot);
  if (found[2] && !state.rewritten && /^(GET|HEAD)$/.test(request.method)) return redirectToForm(found[2], request);
  const name = page[0] && '/' + encodeURI(page[0]);
  if (found[0]) {
    request.uri = '/.release/o/' + files[found[0]] + found[1];
    return releaseHeaders(request, at, name, uri, found[0] + (files.i && files.p ? 'b' : ''));
  }
  const type = path.slice(path.lastIndexOf('/') + 1).split('.').slice(1).pop();
  const isFile = type && at.m !== 'errors' && '$TYPES'.includes('/' + type.toLowerCase() + '/');
  request.uri = !isFile && at.a || at.e;
  if (!request.uri) return { statusCode: at.s };
  // An error page has no versions: a visitor's copy must not answer for it with status 304 or 206.
  if (request.uri === at.e) ['if-none-match', 'if-modified-since', 'range'].forEach((name) => { delete request.headers[name]; });
  releaseHeaders(request, at, name, uri, request.uri === at.e ? '' : 'a');
}
// Returns the name of a path's page and the form of the file; `_page_name` in table.py does the same.
function releasePage(path, index) {
  const slash = path.lastIndexOf('/') + 1, last = path.slice(slash), folder = path.slice(0, slash && slash - 1);
  if (last === index) return [folder, 'i'];
  if (last + '.html' === index) return [folder, 's'];
  return last.endsWith('.html') ? [path.slice(0, -5), 'p'] : [path, 'f'];
}
// Returns which publish wrote the files of a name, by form.
async function releaseFiles(at, name) {
  const hash = require('crypto').createHash('sha256').update(name).digest('base64url');
  const number = hash.slice(0, 3).split('').reduce((sum, one) => sum * 64 + '$ALPHABET'.indexOf(one), 0);
  const bucket = await store.get('t/' + at.t + '/' + number % at.n), files = {}, key = hash.slice(3, 8);
  [bucket, at.c].forEach((text) => {
    for (let i = text.indexOf(key); i >= 0; i = text.indexOf(key, i + 1)) {
      const publish = text.slice(i + 6, i + 10);
      if (i % 10 === 0) files[text[i + 5]] = publish === '----' ? '' : publish;
    }
  });
  return files;
}
// Returns the form of the file that answers, its URI, and the redirect to the other form of the page's path if there is one.
function releaseFind(at, files, form, bare, uri, isRoot) {
  const isFolder = bare !== uri, index = '/' + encodeURI(at.x);
  if (files[form] && !isFolder && (isRoot || form !== 'i' || at.m !== 'pages')) return [form, uri];
  if (at.m === 'pages' && files.i) {
    const clean = form === 'f' ? bare : bare.slice(0, form === 'p' ? -5 : bare.lastIndexOf('/'));
    return ['i', clean + index, clean !== uri && (clean || '/')];
  }
  if (at.m === 'tree' && form === 's' && files.i && !isFolder) return ['i', uri + '.html'];
  if (at.m !== 'tree' || form !== 'f') return [];
  if (isFolder ? files.i : files.p) return isFolder ? ['i', bare + index] : ['p', uri + '.html'];
  if (isFolder ? files.p : files.i) return isFolder ? ['p', bare + '.html', bare] : ['i', uri + index, uri + '/'];
  return [];
}
// Tells the function for responses by which table, name and path it finds the rules for headers.
function releaseHeaders(request, at, name, uri, kind) {
  const data = [at.u.headers, name, uri, kind, encodeURI(at.x), request.uri];
  if (data[0]) request.headers['x-release'] = { value: JSON.stringify(data) };
}
