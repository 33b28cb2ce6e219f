// The first page: a distribution with rules of its own for `/` can't have a default root object before them.
const rootIndex = $DATA;
function root(request) {
  if (request.uri === '/') request.uri = '/' + rootIndex;
}
