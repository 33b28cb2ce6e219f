// Sets the status of an error page, which its metadata has, and the headers of all rules that match a path of the page.
async function releaseResponse(request, response) {
  const status = response.headers['x-amz-meta-status'];
  if (status) {
    response.statusCode = parseInt(status.value, 10);
    delete response.headers['x-amz-meta-status'];
  }
  let text = null;
  try {
    text = await store.get($KEY);
  } catch (missing) { return tableMissing(response); }
  for (let at = releaseOf(JSON.parse(text)); at; at = releaseOf(at.p, at)) {
    if (!at.u.headers) return;
    try {
      const page = await releasePaths(request.uri, at), rules = await releaseRules(at.u.headers, page[0]);
      rules.forEach((rule) => {
        const isFound = page[1].some((uri) => typeof rule[0] === 'string' ? rule[0] === uri : rule[0].test(uri));
        if (isFound) Object.keys(rule[1]).forEach((name) => { response.headers[name] = { value: rule[1][name] }; });
      });
      return;
    } catch (missing) {}
  }
  tableMissing(response);
}
// Returns the name of a page and all of its paths, by which rules are found; page_paths.py does the same. AWS does not say
// whether the path is the visitor's, or the one of the function for requests.
async function releasePaths(requested, at) {
  const uri = requested.replace(/^\/\.release\/(?:o\/[^\/]+|e\/[^\/]+\/\d+)(?=\/)/, '');
  const bare = canonicalPath(uri).replace(/(.)\/$/, '$1'), isFolder = uri !== '/' && uri.endsWith('/');
  let path = bare.slice(1) || at.x;
  try { path = decodeURIComponent(path); } catch (malformed) {}
  const page = releasePage(path, at.x), files = await releaseFiles(at, page[0]);
  let form = page[1];
  if (form === 'f' && !files.f) form = (isFolder || !files.p) && files.i ? 'i' : files.p ? 'p' : '';
  if (form !== 'i' && form !== 'p') return [bare, [uri]];
  const name = page[0] && '/' + encodeURI(page[0]), isBoth = files.i && files.p;
  const folder = [name + '/', name + '/' + encodeURI(at.x)], plain = name ? [name, name + '.html'] : [];
  return [name, [uri].concat(isBoth && form === 'p' ? [] : folder, isBoth && form === 'i' ? [] : plain)];
}
// Returns the rules that may match a page; throws if one of the table's values has not arrived yet.
async function releaseRules(table, name) {
  let text = '';
  for (let i = 0; i < table.texts; i++) {
    const part = await tableValue(table, 't' + i);
    text += part;
  }
  const own = text ? JSON.parse(text) : [];
  own.forEach((rule) => { rule[0] = new RegExp(rule[0]); });
  const rules = await tableRules(own, table, name, name);
  if (rules === null) throw new Error('missing');
  return rules;
}
