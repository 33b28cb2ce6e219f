// Redirects and rewrites: applies the first rule that matches. `Rule` in rules.py does the same, and redirects.py writes
// the rules as arrays.
const redirectRules = $RULES, redirectAnySlash = $ANY_SLASH;
function redirects(request, state) {
  // $AMBIGUOUS
  const path = canonicalPath(request.uri);
  for (let i = 0; i < redirectRules.length; i++) {
    const from = redirectRules[i][0], to = redirectRules[i][1], rule = redirectRules[i][2] || {};
    // $PROXY
    const parts = redirectMatch(from, rule, path, request);
    if (parts) {
      const target = to.replace(/\{(\d)\}/g, (all, number, at) =>
        redirectPut(parts[number], number < parts.ofPath, to.slice(0, at).includes('?')));
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
function redirectMatch(from, rule, path, request) {
  const bare = redirectAnySlash && path.endsWith('/') ? path.slice(0, -1) || '/' : path;
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
