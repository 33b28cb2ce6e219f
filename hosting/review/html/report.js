// Sorts a table by the column whose button is pressed: texts upwards first, numbers downwards first.
document.querySelectorAll('th button').forEach((button) => {
  button.addEventListener('click', () => {
    const header = button.closest('th'), table = header.closest('table'), body = table.tBodies[0];
    const index = Array.prototype.indexOf.call(header.parentNode.children, header);
    const isNumber = header.classList.contains('n'), before = header.getAttribute('aria-sort');
    const first = isNumber ? 'descending' : 'ascending', second = isNumber ? 'ascending' : 'descending';
    const order = before === first ? second : first, sign = order === 'ascending' ? 1 : -1;
    const text = (row) => row.cells[index].textContent, number = (row) => Number(text(row).replace(/[^0-9.-]/g, ''));
    const compare = isNumber ? (one, other) => number(one) - number(other) : (one, other) => text(one).localeCompare(text(other));
    const rows = Array.from(body.rows).sort((one, other) => sign * compare(one, other));
    header.parentNode.querySelectorAll('th').forEach((each) => each.setAttribute('aria-sort', each === header ? order : 'none'));
    rows.forEach((row) => body.append(row));
  });
});
