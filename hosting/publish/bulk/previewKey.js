// Returns the key of the pointer for the request's host, whose first label names the preview; empty for any other host.
function previewKey(request) {
  const host = request.headers.host ? request.headers.host.value.toLowerCase() : '';
  const label = host.slice(0, -'$DOMAIN'.length);
  return host.endsWith('$DOMAIN') && /^[a-z0-9-]+$/.test(label) ? 's/' + label : '';
}
