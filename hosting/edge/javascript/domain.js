// The site's other names lead to its first. As CloudFront has it, a * stands for any number of labels.
const domainNames = $DATA;
function domain(request) {
  const host = request.headers.host ? request.headers.host.value.toLowerCase() : '';
  const isOther = (name) => name === host || (name[0] === '*' && host.endsWith(name.slice(1)));
  if (host !== domainNames[0] && domainNames.some(isOther)) {
    return redirectTo(301, 'https://' + domainNames[0] + request.uri + queryOf(request));
  }
}
