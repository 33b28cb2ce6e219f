// Returns the content of the bucket that a key of a table has; null if the bucket has not arrived at this edge location
// yet: all buckets of a table exist. `bucket_of` in rule_tables.py chooses the same bucket.
async function tableBucket(table, kind, key) {
  const hash = require('crypto').createHash('sha256').update(key).digest('hex');
  const size = table[kind], number = parseInt(hash.slice(size[1], size[1] + 8), 16) % size[0];
  try {
    const text = await tableValue(table, kind[0] + number);
    return JSON.parse(text);
  } catch (missing) { return null; }
}
