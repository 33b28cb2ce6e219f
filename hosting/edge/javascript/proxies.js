// Proxies; `Proxy` and `is_ambiguous` in proxies.py do the same. CloudFront has chosen the server by the path in its normal
// form, which the function does not see.
function proxyRest(patterns, path) {
  for (let i = 0; i < patterns.length; i++) {
    const start = patterns[i].replace('*', '');
    if (start === patterns[i] ? start === path : path.startsWith(start)) return path.slice(start.length);
  }
  return null;
}
function proxyIsAmbiguous(path) {
  const flat = path.replace(/(?:[\/\\]|%2f|%5c)+/gi, '/');
  const decoded = (escape) => String.fromCharCode(parseInt(escape.slice(1), 16));
  const start = flat.slice(0, 765).replace(/%[0-9a-f]{2}/gi, decoded);
  const match = (rule, uri) => Array.isArray(rule[0]) && proxyRest(rule[0], uri) !== null;
  return /\/(?:\.|%2e){1,2}(?:\/|$)/i.test(flat) ||
    redirectRules.some((rule) => match(rule, start) && !match(rule, path));
}
function proxyTo(request, patterns, target) {
  let rest = proxyRest(patterns, request.uri);
  if (rest === null) return;
  if (rest[0] === '/' && target.includes('/{1}') && !patterns[0].endsWith('/*')) rest = rest.slice(1);
  request.uri = target.split('{1}').join(rest);
  // A function may set this header: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html
  request.headers['x-forwarded-host'] = { value: request.headers.host.value };
  return request;
}
