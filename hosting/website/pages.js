// `website:routing pages`. known: 0 is a file without an extension, 1 a page with a dot in its last name.
const pagesIndex = $DATA[0], pagesKnown = $DATA[1];
function pages(request) {
  const uri = request.uri;
  let clean = uri.replace(/\/+$/, '');
  if (uri.endsWith('/' + pagesIndex)) clean = uri.slice(0, -pagesIndex.length).replace(/\/+$/, '');
  else if (uri.endsWith('.html')) clean = uri.slice(0, -5);
  let path = clean;
  try { path = decodeURIComponent(clean); } catch (malformed) {}
  const isFile = clean.slice(clean.lastIndexOf('/')).includes('.');
  const known = pagesKnown.hasOwnProperty(path) ? pagesKnown[path] : isFile ? 2 : 1;
  if (known === 2) return;
  if (clean !== uri && uri !== '/') return redirectTo(301, (clean || '/') + queryOf(request));
  if (known === 1) request.uri = clean + '/' + pagesIndex;
}
