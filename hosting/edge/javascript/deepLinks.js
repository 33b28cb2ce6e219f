// An app's deep links, by the form of their paths: what is no file leads to the page that the error responses would answer
// with. CloudFront runs no function for those, so that they would have none of the site's headers.
const deepLinksPage = $DATA[0], deepLinksFiles = $DATA[1];
function deepLinks(request) {
  let path = request.uri;
  try { path = decodeURIComponent(path); } catch (malformed) {}
  const isFile = path.slice(path.lastIndexOf('/')).includes('.') || deepLinksFiles.hasOwnProperty(path);
  if (path !== '/' && !isFile) request.uri = deepLinksPage;
}
