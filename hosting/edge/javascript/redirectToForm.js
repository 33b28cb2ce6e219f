// Returns the redirect to the other form of a page's path. Browsers must revalidate it: if the page has the other form
// after the next publish, a cached redirect would lead back.
function redirectToForm(path, request) {
  const answer = redirectTo(301, path + queryOf(request));
  answer.headers['cache-control'] = { value: 'max-age=0, must-revalidate' };
  return answer;
}
