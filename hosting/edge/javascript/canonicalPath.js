// A path in one form: what is escaped for nothing is not, and what stands for itself stays escaped (a %2F is no slash).
function canonicalPath(uri) {
  try {
    const parts = uri.split(/(%(?:2[346BCF]|3[ABDF]|40))/i);
    return parts.map((part, i) => i % 2 ? part.toUpperCase() : encodeURI(decodeURI(part))).join('');
  } catch (malformed) { return uri; }
}
