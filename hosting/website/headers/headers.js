// Response headers: of all patterns that match. The path may be the visitor's or already that of the file behind it,
// in a release too, so that an index document is also asked for by its folder.
const headerRules = $RULES, headersIndex = '/' + $INDEX;
function headers(request, response) {
  let path = request.uri.replace(/^\/\.release\/(?:s\d+|a\/\d+|o\/[^\/]+)(?=\/)/, '');
  try { path = encodeURI(decodeURI(path)); } catch (malformed) {}
  const paths = [path];
  if (path.endsWith(headersIndex)) {
    const folder = path.slice(0, -headersIndex.length);
    paths.push(folder + '/');
    if (folder) paths.push(folder);
  }
  for (let i = 0; i < headerRules.length; i++) {
    const rule = headerRules[i];
    if (paths.some((one) => rule[0].test(one))) {
      Object.keys(rule[1]).forEach((name) => { response.headers[name] = { value: rule[1][name] }; });
    }
  }
}
