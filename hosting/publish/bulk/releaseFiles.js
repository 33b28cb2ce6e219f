// Both functions of bulk mode have this code.
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
  [bucket, at.c].forEach((text) => {
    for (let i = text.indexOf(key); i >= 0; i = text.indexOf(key, i + 1)) {
      const publish = text.slice(i + 6, i + 10);
      if (i % 10 === 0) files[text[i + 5]] = publish === '----' ? '' : publish;
    }
  });
  return files;
}
