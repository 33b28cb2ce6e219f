// Returns a path in canonical form: needless escapes are decoded, reserved ones are kept (%2F is not a slash).
function canonicalPath(uri) {
  try {
    const parts = uri.split(/(%(?:2[346BCF]|3[ABDF]|40))/i);
    return parts.map((part, i) => i % 2 ? part.toUpperCase() : encodeURI(decodeURI(part))).join('');
  } catch (malformed) { return uri; }
}
