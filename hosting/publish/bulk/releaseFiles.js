// Both functions of bulk mode have this code.
// Returns a release of the pointer with the usual values of the fields that it leaves out; `USUAL_VALUES` in pointer.py
// has the same. What was read of a rule table that the release after it also has is not read again.
function releaseOf(pointer, next) {
  if (!pointer) return;
  const usual = { c: '', m: 'tree', x: 'index.html', o: 'index.html', a: '', e: '', s: 404, u: {} };
  const at = Object.assign(usual, pointer);
  Object.keys(next ? at.u : {}).forEach((name) => {
    const table = next.u[name];
    if (table && table.id === at.u[name].id) at.u[name] = table;
  });
  return at;
}
// Returns the name of a path's page and the form of the file; `_page_name` in table.py does the same.
function releasePage(path, index) {
  const slash = path.lastIndexOf('/') + 1, last = path.slice(slash), folder = path.slice(0, slash && slash - 1);
  if (last === index) return [folder, 'i'];
  if (last + '.html' === index) return [folder, 's'];
  return last.endsWith('.html') ? [path.slice(0, -5), 'p'] : [path, 'f'];
}
// Returns which publish wrote the files of a name, by form.
async function releaseFiles(at, name) {
  const hash = require('crypto').createHash('sha256').update(name).digest('base64url');
  const number = hash.slice(0, 3).split('').reduce((sum, one) => sum * 64 + '$ALPHABET'.indexOf(one), 0);
  const bucket = await store.get('t/' + at.t + '/' + number % at.n), files = {}, key = hash.slice(3, 8);
  for (let i = bucket.indexOf(key); i >= 0; i = bucket.indexOf(key, i + 1)) {
    if (i % 10 === 0) files[bucket[i + 5]] = bucket.slice(i + 6, i + 10);
  }
  // The changes are in groups of one publish each.
  for (let i = at.c.indexOf(key); i >= 0; i = at.c.indexOf(key, i + 1)) {
    const begin = at.c.lastIndexOf('.', i) + 1, publish = at.c.slice(begin, begin + 4);
    if ((i - begin) % 6 === 4) files[at.c[i + 5]] = publish === '----' ? '' : publish;
  }
  return files;
}
