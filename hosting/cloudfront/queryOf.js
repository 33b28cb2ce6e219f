// The query string of a request, with the mark, as it came: values in an event are encoded as the visitor sent them.
// What can't be in a Location is encoded all the same, should the runtime have decoded it.
function queryOf(request) {
  const parts = [];
  const written = (text) => text.replace(/[^!$'()*+,\-.\/0-9:;=?@A-Z_a-z~%]/g, encodeURIComponent);
  Object.keys(request.querystring).forEach((name) => {
    const found = request.querystring[name];
    (found.multiValue || [found]).forEach((one) => {
      parts.push(written(name) + (one.value ? '=' + written(one.value) : ''));
    });
  });
  return parts.length ? '?' + parts.join('&') : '';
}
