// Sets the status of an error page, which its metadata has, and the headers of all rules that match a path of the page.
async function releaseResponse(request, response) {
  const status = response.headers['x-amz-meta-status'], found = request.headers['x-release'];
  if (status) {
    response.statusCode = parseInt(status.value, 10);
    delete response.headers['x-amz-meta-status'];
  }
  if (!found) return;
  const data = JSON.parse(found.value), table = data[0], name = data[1], paths = releasePaths(data);
  const own = await releaseRules(table);
  let rules = null;
  if (own) rules = await tableRules(own, table, name, name);
  if (rules === null) return tableMissing(response);
  rules.forEach((rule) => {
    if (!paths.some((uri) => typeof rule[0] === 'string' ? rule[0] === uri : rule[0].test(uri))) return;
    Object.keys(rule[1]).forEach((header) => { response.headers[header] = { value: rule[1][header] }; });
  });
}
// Returns the paths of a page by which rules for headers are found; page_paths.py does the same. The kind is the form of
// the file, with b if the page exists in both forms, a for the app's page, and empty for the error page.
function releasePaths(data) {
  const name = data[1], uri = data[2], kind = data[3], index = '/' + data[4];
  if (kind === 'a') {
    const own = data[5].slice(16);
    return own === index ? [uri, own, '/'] : [uri, own];
  }
  if (kind[0] !== 'i' && kind[0] !== 'p') return [uri];
  const folder = [name + '/', name + index], bare = name ? [name, name + '.html'] : [];
  return [uri].concat(kind === 'pb' ? [] : folder, kind === 'ib' ? [] : bare);
}
// Returns the rules that may apply to any folder; null if one of their values has not arrived yet.
async function releaseRules(table) {
  let text = '';
  try {
    for (let i = 0; i < table.texts; i++) {
      const part = await store.get('r/' + table.id + '/t' + i);
      text += part;
    }
  } catch (missing) { return null; }
  const rules = text ? JSON.parse(text) : [];
  rules.forEach((rule) => { rule[0] = new RegExp(rule[0]); });
  return rules;
}
