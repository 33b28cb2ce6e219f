// Serves the index document for `/`: a default root object would apply before the rules for `/`.
const rootIndex = $DATA;
function root(request) {
  if (request.uri === '/') request.uri = '/' + rootIndex;
}
