// Redirects and rewrites: applies the first rule that matches. `Rule` in rules.py does the same, and redirects.py writes
// the rules as arrays: all of them, or those that are not in a table of the store.
const redirectRules = $RULES;
$ASYNC function redirects(request, state) {
  // $AMBIGUOUS
  const path = canonicalPath(request.uri), anySlash = $ANY_SLASH;
  const bare = anySlash && path.endsWith('/') ? path.slice(0, -1) || '/' : path;
  const rules = $CANDIDATES;
  // $MISSING
  for (let i = 0; i < rules.length; i++) {
    const from = rules[i][0], to = rules[i][1], rule = rules[i][2] || {};
    // $PROXY
    const parts = redirectMatch(from, rule, path, bare, request);
    if (parts) {
      if (rule.f && redirectIsFile(rule.f, path)) return;
      const target = to.replace(/\{(\d)\}/g, (all, number, at) =>
        redirectPut(parts[number] || '', number < parts.ofPath, to.slice(0, at).includes('?')));
      if (rule.s === 200) {
        state.rewritten = target !== path;
        request.uri = target;
        return;
      }
      const hash = target.indexOf('#') < 0 ? target.length : target.indexOf('#');
      const query = rule.q || to.includes('?') ? '' : queryOf(request);
      return redirectTo(rule.s || 301, target.slice(0, hash) + query + target.slice(hash));
    }
  }
}
// The paths of files that a rule without `force` leaves alone; one that ends with a slash is for all paths below it.
function redirectIsFile(files, path) {
  const bare = path.endsWith('/') ? path.slice(0, -1) : path;
  return files.some((file) => file === bare || file.endsWith('/') && path.startsWith(file));
}
function redirectMatch(from, rule, path, bare, request) {
  const found = typeof from === 'string' ? from === bare && [path] : from.exec(path);
  if (!found) return;
  if (rule.h && !(request.headers.host && request.headers.host.value.toLowerCase() === rule.h)) return;
  const country = request.headers['cloudfront-viewer-country'];
  if (rule.c && !(country && rule.c.includes(country.value))) return;
  if (rule.x && path.slice(path.lastIndexOf('/')).includes('.')) return;
  const parts = found.slice(0);
  parts.ofPath = found.length;
  const query = rule.q || [];
  for (let i = 0; i < query.length; i++) {
    if (!Object.prototype.hasOwnProperty.call(request.querystring, query[i][0])) return;
    const given = request.querystring[query[i][0]].value;
    if (query[i][1] === null) parts.push(given);
    else if (redirectPlain(given) !== query[i][1]) return;
  }
  return parts;
}
function redirectPlain(text) {
  try { return decodeURIComponent(text.replace(/\+/g, ' ')); } catch (malformed) { return text; }
}
function redirectPut(value, isOfPath, isInQuery) {
  if (isOfPath && isInQuery) return value.replace(/[&+=#]/g, encodeURIComponent);
  if (!isOfPath && !isInQuery) return value.replace(/\+/g, '%20').replace(/[?#]/g, encodeURIComponent);
  return value;
}
