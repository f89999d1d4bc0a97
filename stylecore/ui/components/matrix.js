// A matrix of small whole numbers, each a field of its own.
export default function ({ data, parentElement, setTriggerValue }) {
  const group = parentElement.querySelector(".matrix")
  group.setAttribute("aria-label", data.label)
  group.style.setProperty("--columns", data.rows[0].length)
  const count = data.rows.flat().length
  if (group.children.length !== count) {
    group.replaceChildren(
      ...Array.from({ length: count }, () =>
        Object.assign(document.createElement("input"), { type: "number", min: 0, max: data.largest, step: 1 }),
      ),
    )
  }
  const fields = [...group.children]
  const columns = data.rows[0].length
  // The server repeats the number of the last change that it heard: what it sent before that is out of date.
  if (parentElement.told?.session !== data.heard.session) parentElement.told = { ...data.heard }
  const told = parentElement.told
  const fresh = data.heard.turn >= told.turn
  data.rows.flat().forEach((value, i) => {
    if (fresh && parentElement.activeElement !== fields[i]) fields[i].value = value
    fields[i].setAttribute("aria-label", `${data.name}, ${Math.floor(i / columns) + 1}, ${(i % columns) + 1}`)
    fields[i].onchange = () => {
      const values = fields.map((field) => Math.min(Math.max(Math.round(Number(field.value) || 0), 0), data.largest))
      fields[i].value = values[i]
      told.turn += 1
      setTriggerValue("changed", { values, turn: told.turn })
    }
  })
}
