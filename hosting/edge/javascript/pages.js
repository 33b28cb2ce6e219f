// `website:routing pages`. pagesKind: 0 is a file without an extension or a page that kept its extension, 1 is a page with
// a dot in its name, 2 is any other path. The target of a rewrite may have any form: a rewrite is not redirected.
const pagesData = $DATA;
$ASYNC function pagesKind(uri, state) {
  let path = uri;
  try { path = decodeURIComponent(uri); } catch (malformed) {}
  const named = $NAMED;
  return named && (named.hasOwnProperty(path) ? named[path] : 2);
}
$ASYNC function pages(request, state) {
  const uri = request.uri, index = pagesData[0];
  let clean = uri.replace(/\/+$/, '');
  if (uri.endsWith('/' + index)) clean = uri.slice(0, -index.length).replace(/\/+$/, '');
  else if (uri.endsWith('.html')) {
    const named = $AWAIT pagesKind(uri, state);
    // $MISSING
    if (named === 2) clean = uri.slice(0, -5);
  }
  const isFile = clean.slice(clean.lastIndexOf('/')).includes('.');
  const named = $AWAIT pagesKind(clean, state);
  // $MISSING
  if (named === 2 && isFile) return;
  if (clean !== uri && uri !== '/' && !state.rewritten) return redirectToForm(clean || '/', request);
  request.uri = named === 0 ? clean : clean + '/' + index;
}
