// Redirects the site's other host names to the first one. As in CloudFront, a * matches any number of labels.
const hostNamesData = $DATA;
function hostNames(request) {
  const host = request.headers.host ? request.headers.host.value.toLowerCase() : '', names = hostNamesData;
  const matches = (name) => name === host || (name[0] === '*' && host.endsWith(name.slice(1)));
  if (host !== names[0] && names.some(matches)) {
    return redirectTo(301, 'https://' + names[0] + request.uri + queryOf(request));
  }
}
