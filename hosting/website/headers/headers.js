// Response headers: of all patterns that match one of the page's names, as names.py has them in Python.
const headerRules = $RULES, headerPages = $PAGES;
function headersFolder(folder) {
  const names = [folder + '/', folder + headerPages[0]];
  if (folder) names.push(folder);
  if (folder && headerPages[3]) names.push(folder + '.html');
  return names;
}
function headersNames(path) {
  const bare = path.replace(/\/+$/, ''), app = headerPages[2];
  let decoded = bare, names = [];
  try { decoded = decodeURIComponent(bare); } catch (malformed) {}
  const known = headerPages[1].hasOwnProperty(decoded) ? headerPages[1][decoded] : 2;
  if (path.endsWith(headerPages[0])) names = headersFolder(path.slice(0, -headerPages[0].length));
  else if (!bare || known === 1) names = headersFolder(bare);
  else if (known === 2 && !path.slice(path.lastIndexOf('/')).includes('.')) {
    if (app && path !== app) names = headersNames(app);
    else if (headerPages[3]) names = headersFolder(bare);
  }
  return [path].concat(names);
}
function headers(request, response) {
  const path = request.uri.replace(/^\/\.release\/(?:s\d+|[sao]\/[^\/]+)(?=\/)/, '');
  const paths = headersNames(canonicalPath(path));
  for (let i = 0; i < headerRules.length; i++) {
    const rule = headerRules[i];
    if (paths.some((one) => rule[0].test(one))) {
      Object.keys(rule[1]).forEach((name) => { response.headers[name] = { value: rule[1][name] }; });
    }
  }
}
