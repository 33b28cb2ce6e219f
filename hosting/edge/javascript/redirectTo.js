// Returns a redirect. A path gets exactly one leading slash, because browsers read two slashes, or a backslash, as a host.
// Characters that a header can't have are encoded in runs, because half of a surrogate pair can't be encoded.
function redirectTo(status, location) {
  const safe = location.replace(/^[\/\\]+/, '/').replace(/[^\x21-\x7e]+/g, encodeURIComponent);
  return { statusCode: status, headers: { location: { value: safe } } };
}
