// Returns a path in canonical form; `canonical_path` in paths.py does the same. An encoded slash stays encoded.
function canonicalPath(uri) {
  try {
    return uri.replace(/%(?![0-9a-f]{2})/gi, '%25')
      .replace(/[^\/]+/g, (name) => encodeURIComponent(decodeURIComponent(name)))
      .replace(/%(?:2[46C]|3[ABD]|40)/g, decodeURIComponent);
  } catch (malformed) { return uri; }
}
