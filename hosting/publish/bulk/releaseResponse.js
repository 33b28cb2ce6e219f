// Sets the status of an error page, which its metadata has, and the headers of all rules that match a path of the page.
async function releaseResponse(request, response) {
  const status = response.headers['x-amz-meta-status'], found = request.headers['x-release'];
  if (status) {
    response.statusCode = parseInt(status.value, 10);
    delete response.headers['x-amz-meta-status'];
  }
  if (!found) return;
  const data = JSON.parse(decodeURIComponent(found.value)), table = data[0], paths = data[2];
  const own = await releaseRules(table);
  let rules = null;
  if (own) rules = await tableRules(own, table, data[1], data[1]);
  if (rules === null) return tableMissing(response);
  rules.forEach((rule) => {
    if (!paths.some((uri) => typeof rule[0] === 'string' ? rule[0] === uri : rule[0].test(uri))) return;
    Object.keys(rule[1]).forEach((name) => { response.headers[name] = { value: rule[1][name] }; });
  });
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
