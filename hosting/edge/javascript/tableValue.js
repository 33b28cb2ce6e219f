// Returns a value of a table, which is read once a request; throws if it has not arrived yet.
async function tableValue(table, name) {
  const known = table.known = table.known || {};
  if (!known[name]) known[name] = await store.get('r/' + table.id + '/' + name);
  return known[name];
}
