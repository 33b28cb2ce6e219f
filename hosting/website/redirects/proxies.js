// Proxies, as proxies.py has them in Python: CloudFront has chosen a server by a form of the path that we do not see.
function proxyRest(patterns, path) {
  for (let i = 0; i < patterns.length; i++) {
    const begin = patterns[i].replace('*', '');
    if (begin === patterns[i] ? begin === path : path.startsWith(begin)) return path.slice(begin.length);
  }
  return null;
}
function proxyWithoutDots(path) {
  const kept = [];
  path.split('/').forEach((part, i, all) => {
    if (part === '..' && kept.length > 1) kept.pop();
    if (part !== '.' && part !== '..') kept.push(part);
    else if (i === all.length - 1) kept.push('');
  });
  return kept.join('/');
}
function proxyForms(path) {
  if (!/%|\\|\/\/|\/\.\.?(?:\/|$)/.test(path)) return [];
  const decoded = (escape) => String.fromCharCode(parseInt(escape.slice(1), 16));
  const needless = /%(?:2[de]|3[0-9]|[46][1-9a-f]|[57][0-9a]|5f|7e)/gi;
  const forms = [path, path.replace(needless, decoded), path.replace(/%[0-9a-f]{2}/gi, decoded)];
  const flat = forms.map((one) => one.replace(/[\/\\]+/g, '/'));
  return forms.concat(flat, forms.map(proxyWithoutDots), flat.map(proxyWithoutDots));
}
function proxyIsAmbiguous(path) {
  const forms = proxyForms(path);
  return redirectRules.some((rule) => {
    const takes = (one) => Array.isArray(rule[0]) && proxyRest(rule[0], one) !== null;
    return forms.some((form) => takes(form) !== takes(path));
  });
}
function proxyTo(request, patterns, target) {
  const rest = proxyRest(patterns, request.uri);
  if (rest === null) return;
  request.uri = target.split('{1}').join(rest);
  request.headers['x-forwarded-host'] = { value: request.headers.host.value };
  return request;
}
