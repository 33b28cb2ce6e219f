// Returns the function's own rules and the rules of a table that may match a path, in the order of their numbers; null if
// a bucket has not arrived yet. `key` is the path that exact rules are found by. An exact bucket also has the patterns
// that all exact buckets have copies of.
async function tableRules(own, table, key, path) {
  const folder = path.split('/')[1];
  let exact = [[], []], below = [], rest = [];
  if (table.exact) exact = await tableBucket(table, 'exact', key);
  if (exact && table.folder && folder) below = await tableBucket(table, 'folder', folder);
  if (exact && below && table.rest) rest = await tableBucket(table, 'rest', '');
  if (!exact || !below || !rest) return null;
  const patterns = exact[1].concat(below, rest);
  patterns.forEach((rule) => { rule[0] = new RegExp(rule[0]); });
  return own.concat(exact[0], patterns).sort((one, other) => one[3] - other[3]);
}
