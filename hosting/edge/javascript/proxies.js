// Proxies, as proxies.py has them in Python. CloudFront has chosen a server by a form of the path that we do not see.
function proxyRest(patterns, path) {
  for (let i = 0; i < patterns.length; i++) {
    const begin = patterns[i].replace('*', '');
    if (begin === patterns[i] ? begin === path : path.startsWith(begin)) return path.slice(begin.length);
  }
  return null;
}
function proxyIsAmbiguous(path) {
  const flat = path.replace(/(?:[\/\\]|%2f|%5c)+/gi, '/');
  const decoded = (escape) => String.fromCharCode(parseInt(escape.slice(1), 16));
  const begin = flat.slice(0, 765).replace(/%[0-9a-f]{2}/gi, decoded);
  const takes = (rule, one) => Array.isArray(rule[0]) && proxyRest(rule[0], one) !== null;
  return /\/(?:\.|%2e){1,2}(?:\/|$)/i.test(flat) ||
    redirectRules.some((rule) => takes(rule, begin) && !takes(rule, path));
}
function proxyTo(request, patterns, target) {
  let rest = proxyRest(patterns, request.uri);
  if (rest === null) return;
  if (rest[0] === '/' && target.includes('/{1}') && !patterns[0].endsWith('/*')) rest = rest.slice(1);
  request.uri = target.split('{1}').join(rest);
  // One that a function may set: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html
  request.headers['x-forwarded-host'] = { value: request.headers.host.value };
  return request;
}
