// `website:routing spa`. known: 0 is a file without an extension, 1 a folder with an index document, which the target of
// a rewrite gets without a redirect: the visitor's address does not change.
const spaIndex = $DATA[0], spaKnown = $DATA[1];
function spa(request, visit) {
  const uri = request.uri;
  let path = uri;
  try { path = decodeURIComponent(uri); } catch (malformed) {}
  const folder = path.replace(/\/+$/, '');
  if (spaKnown.hasOwnProperty(path) && spaKnown[path] === 0) return;
  if (folder && spaKnown.hasOwnProperty(folder) && spaKnown[folder] === 1) {
    if (!uri.endsWith('/') && !visit.rewritten) return redirectTo(302, uri + '/' + queryOf(request));
    request.uri = uri.replace(/\/*$/, '/') + spaIndex;
    return;
  }
  if (uri.slice(uri.lastIndexOf('/')).includes('.')) return;
  request.uri = '/' + spaIndex;
}
