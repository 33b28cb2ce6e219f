// The module 'cloudfront' with one key value store, for Node and for njs. Both engines load this same text.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-custom-methods.html
// `var`, because a function two levels deep can't use a `const` of the module in njs 0.7.9.
var fake = {
  // Begin a request: `items` is null for a function without a store. `changes` maps the number of a read, counted from
  // 1, to what arrives at the edge location before it: keys with their values, null for a key that is removed.
  begin: function (items, changes) {
    fake.reads = [];
    fake.changes = changes;
    fake.items = items && Object.keys(changes).length ? Object.assign({}, items) : items;
  },
  read: function (key) {
    fake.reads.push(key);
    Object.assign(fake.items, fake.changes[fake.reads.length]);
    const value = Object.prototype.hasOwnProperty.call(fake.items, key) ? fake.items[key] : null;
    return value === null ? undefined : value;
  },
  // CloudFront's runtime has no async closures, so nothing here is an async function.
  promise: function (read) {
    try { return Promise.resolve(read()); } catch (error) { return Promise.reject(error); }
  },
  get: function (key, options) {
    const value = fake.read(key), format = (options && options.format) || 'string';
    if (value === undefined) throw new Error('the key value store does not have the key ' + key);
    return format === 'json' ? JSON.parse(value) : format === 'bytes' ? Buffer.from(value) : value;
  },
  store: {
    get: function (key, options) { return fake.promise(function () { return fake.get(key, options); }); },
    exists: function (key) { return fake.promise(function () { return fake.read(key) !== undefined; }); },
    meta: function () {
      const then = '2024-01-01T00:00:00Z';
      return Promise.resolve(
        { creationDateTime: then, lastUpdatedDateTime: then, keyCount: Object.keys(fake.items).length });
    }
  },
  module: {
    kvs: function () {
      if (fake.known === null) throw new Error('no key value store is associated with the function');
      return fake.store;
    }
  }
};
