// Redirects and rewrites: the first rule that is for a visit. `Rule` in rules.py is the same in Python.
const redirectRules = $RULES;
function redirects(request, visit) {
  let path = request.uri;
  try { path = encodeURI(decodeURI(path)); } catch (malformed) {}
  for (let i = 0; i < redirectRules.length; i++) {
    const rule = redirectRules[i];
    const taken = redirectMatch(rule, path, request);
    if (taken) {
      const target = rule.t.replace(/\{(\d)\}/g, (all, number) => taken[number]);
      if (rule.s === 200) {
        request.uri = target;
        visit.rewritten = true;
        return;
      }
      const mark = target.indexOf('#') < 0 ? target.length : target.indexOf('#');
      const query = rule.q || rule.t.includes('?') ? '' : queryOf(request);
      return redirectTo(rule.s, target.slice(0, mark) + query + target.slice(mark));
    }
  }
}
function redirectMatch(rule, path, request) {
  const found = typeof rule.f === 'string' ? rule.f === path && [path] : rule.f.exec(path);
  if (!found) return;
  if (rule.h && !(request.headers.host && request.headers.host.value.toLowerCase() === rule.h)) return;
  const country = request.headers['cloudfront-viewer-country'];
  if (rule.c && !(country && rule.c.includes(country.value))) return;
  if (rule.x && path.slice(path.lastIndexOf('/')).includes('.')) return;
  const taken = found.slice(0);
  const query = rule.q || [];
  for (let i = 0; i < query.length; i++) {
    const given = request.querystring[query[i][0]];
    if (!given || (query[i][1] !== null && given.value !== query[i][1])) return;
    if (query[i][1] === null) taken.push(given.value);
  }
  return taken;
}
