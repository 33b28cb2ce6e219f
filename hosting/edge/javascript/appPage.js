// Serves an app's page for paths that are not files, as the error responses would. CloudFront runs no function for an
// error response, so without this part the page would not get the custom headers.
const appPageData = $DATA;
function appPage(request) {
  let path = request.uri;
  try { path = decodeURIComponent(path); } catch (malformed) {}
  const isFile = path.slice(path.lastIndexOf('/')).includes('.') || appPageData[1].hasOwnProperty(path);
  if (path !== '/' && !isFile) request.uri = appPageData[0];
}
