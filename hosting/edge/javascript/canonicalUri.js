// Puts the path in canonical form: a file then has one cache entry, whichever way its links are written.
function canonicalUri(request) {
  request.uri = canonicalPath(request.uri);
}
