// Returns the kind of a decoded path without a trailing slash: 0 is a file, 1 a page in the majority's form, 2 a page in
// the other form, 3 a page in both forms, 4 an unknown path. `SiteRoutes.kind_of` in site_routes.py does the same.
// `named` has the listed paths by folder: all, or those in the path's bucket of a table.
function routeKind(routes, named, name) {
  const parts = name.split('/').slice(1);
  let node = named;
  for (let i = 0; i <= parts.length && typeof node === 'object'; i++) {
    const part = i < parts.length ? parts[i] : '/';
    node = Object.prototype.hasOwnProperty.call(node, part) ? node[part] : -1;
    if (node >= 0 && i >= parts.length - 1) return node;
  }
  const last = name.slice(name.lastIndexOf('/') + 1), dot = last.lastIndexOf('.');
  if (dot >= 0 && routes.types.includes('/' + last.slice(dot + 1).toLowerCase() + '/')) return 0;
  if (routes.app) return 4;
  return routes.slash && (name + '.html').endsWith(routes.index) ? 2 : 1;
}
