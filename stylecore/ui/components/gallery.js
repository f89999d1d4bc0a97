// Small pictures to choose from: radio buttons by nature, so that keyboard and screen reader know them.
export default function ({ data, parentElement, setTriggerValue }) {
  const field = parentElement.querySelector("fieldset")
  field.setAttribute("aria-label", data.label)
  field.style.setProperty("--side", `${data.side}px`)
  field.classList.toggle("wall", Boolean(data.wall))
  const cover = parentElement.querySelector("figure")
  cover.hidden = !data.cover
  if (data.cover) {
    const image = cover.querySelector("img")
    if (image.src !== data.cover.url) image.src = data.cover.url
    image.alt = data.cover.alt
    const [name, , size] = cover.querySelectorAll("figcaption span")
    name.textContent = data.cover.caption
    size.textContent = data.cover.size
    cover.title = `${data.cover.caption} · ${data.cover.size}`
  }
  const items = JSON.stringify(data.items)
  if (field.dataset.items !== items) {
    field.dataset.items = items
    field.dataset.name ??= `gallery-${Math.random()}`
    const left = field.scrollLeft
    field.replaceChildren(...data.items.map((item) => picture(item, field.dataset.name)))
    field.firstElementChild?.classList.toggle("pinned", Boolean(data.pinned))
    field.scrollLeft = left // without children it has gone back to its start
  }
  showChosen(field, data.selected)
  for (const input of field.querySelectorAll("input")) {
    input.checked = input.value === data.selected
    input.onchange = () => choose(input, setTriggerValue)
    // a click on what is chosen already says so once more: the page may be showing something else
    input.onclick = () => {
      if (input.value === data.selected) choose(input, setTriggerValue)
    }
  }
}

// The strip is moved to what is chosen, once for each choice: whoever scrolls on is left alone.
function showChosen(field, selected) {
  if (field.dataset.shown === selected) return
  field.dataset.shown = selected
  const label = [...field.querySelectorAll("input")].find((input) => input.value === selected)?.parentElement
  if (!label || label.classList.contains("pinned")) return
  field.scrollLeft = label.offsetLeft - field.offsetLeft - (field.clientWidth - label.clientWidth) / 2
}

function choose(input, setTriggerValue) {
  setTriggerValue("chosen", input.value)
  if (!input.matches(":focus-visible")) input.blur() // a focus left in here closes the page's next list as it opens
}

function picture(item, name) {
  const label = document.createElement("label")
  label.title = item.label
  const input = Object.assign(document.createElement("input"), { type: "radio", name, value: item.id })
  const image = Object.assign(document.createElement("img"), { src: item.url, alt: item.label })
  label.append(input, image)
  if (item.note) label.append(Object.assign(document.createElement("span"), { textContent: item.note }))
  return label
}
