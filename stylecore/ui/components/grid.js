// Pictures in rows and columns with headings, filled cell by cell; a click on one chooses it.
export default function ({ data, parentElement, setTriggerValue }) {
  const table = parentElement.querySelector("table")
  table.setAttribute("aria-label", data.label)
  table.style.setProperty("--count", data.columns.length)
  table.classList.toggle("single", data.rows.length === 1 && !data.rows[0].label)
  const shape = JSON.stringify([data.columns.map((column) => column.label), data.rows.map((row) => row.label)])
  if (table.dataset.shape !== shape) {
    table.dataset.shape = shape
    table.replaceChildren(...rows(data))
  }
  data.rows.forEach((row, i) =>
    row.cells.forEach((cell, j) => {
      const button = table.rows[i + 1].cells[j + 1].firstChild
      const image = button.querySelector("img")
      if (cell.url && image.src !== cell.url) image.src = cell.url
      image.hidden = !cell.url
      const name = `${row.label} ${data.columns[j].label}`.trim()
      image.alt = name
      button.setAttribute("aria-label", [name, cell.note, cell.url ? "" : data.empty].filter(Boolean).join(", "))
      button.disabled = !cell.url
      button.querySelector("span").textContent = cell.note
      button.style.borderColor = data.columns[j].colour
      button.setAttribute("aria-pressed", String(cell.id === data.selected))
      button.onclick = () => setTriggerValue("chosen", cell.id)
    }),
  )
}

function rows({ columns, rows }) {
  const make = (name, ...children) => {
    const element = document.createElement(name)
    element.append(...children)
    return element
  }
  const head = make("tr", make("td"), ...columns.map((column) => make("th", column.label)))
  return [
    head,
    ...rows.map((row) => {
      const cells = row.cells.map(() => {
        const button = make("button", make("img"), make("span"))
        button.type = "button"
        return make("td", button)
      })
      return make("tr", make("th", row.label), ...cells)
    }),
  ]
}
