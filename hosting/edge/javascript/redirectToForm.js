// The redirect to another form of a page's path. A browser must ask again each time: the page may have the other form after
// the next publish, and then a kept redirect would lead back.
function redirectToForm(path, request) {
  const answer = redirectTo(301, path + queryOf(request));
  answer.headers['cache-control'] = { value: 'max-age=0, must-revalidate' };
  return answer;
}
