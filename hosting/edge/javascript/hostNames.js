// Redirects the site's other host names to the first one. As in CloudFront, a * matches any number of labels.
const siteNames = $DATA;
function hostNames(request) {
  const host = request.headers.host ? request.headers.host.value.toLowerCase() : '';
  const matches = (name) => name === host || (name[0] === '*' && host.endsWith(name.slice(1)));
  if (host !== siteNames[0] && siteNames.some(matches)) {
    return redirectTo(301, 'https://' + siteNames[0] + request.uri + queryOf(request));
  }
}
