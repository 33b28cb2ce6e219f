// `website:routing pages`. known: 0 is a file without an extension or a page that keeps its name, 1 a page with a dot in
// its last name. The target of a rewrite is found by any of its names: the visitor's address does not change.
const pagesIndex = $DATA[0], pagesTable = $DATA[1];
function pagesKnown(uri) {
  let path = uri;
  try { path = decodeURIComponent(uri); } catch (malformed) {}
  return pagesTable.hasOwnProperty(path) ? pagesTable[path] : 2;
}
function pages(request, visit) {
  const uri = request.uri;
  let clean = uri.replace(/\/+$/, '');
  if (uri.endsWith('/' + pagesIndex)) clean = uri.slice(0, -pagesIndex.length).replace(/\/+$/, '');
  else if (uri.endsWith('.html') && pagesKnown(uri) === 2) clean = uri.slice(0, -5);
  const isFile = clean.slice(clean.lastIndexOf('/')).includes('.');
  const known = pagesKnown(clean);
  if (known === 2 && isFile) return;
  if (clean !== uri && uri !== '/' && !visit.rewritten) return redirectToForm(clean || '/', request);
  request.uri = known === 0 ? clean : clean + '/' + pagesIndex;
}
