// The query string of a request, with the mark, as the visitor sent it. The runtime tells it whole where it is new enough:
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/general-helper-methods.html
// Else it is put together of what is told by name, which is not decoded: https://github.com/KensioSoftware/yulin/issues/1024
function queryOf(request) {
  let query = '';
  if (request.rawQueryString) query = request.rawQueryString() || '';
  else Object.keys(request.querystring).forEach((name) => {
    const found = request.querystring[name];
    (found.multiValue || [found]).forEach((one) => {
      query += (query ? '&' : '') + name + (one.value ? '=' + one.value : '');
    });
  });
  return query && '?' + query.replace(/[^!$&'()*+,\-.\/0-9:;=?@A-Z_a-z~%]+/g, encodeURIComponent);
}
