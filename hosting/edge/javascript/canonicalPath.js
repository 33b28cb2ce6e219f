// Returns a path in canonical form; `canonical_path` in paths.py does the same. An encoded slash stays encoded. The path
// is split by a string: by an expression, the runtime would compare each position.
function canonicalPath(uri) {
  try {
    return uri.replace(/%(?![0-9a-f]{2})/gi, '%25').replace(/%2f/g, '%2F').split('%2F')
      .map((part) => encodeURI(decodeURIComponent(part))).join('%2F').replace(/[+?#]/g, encodeURIComponent);
  } catch (malformed) { return uri; }
}
