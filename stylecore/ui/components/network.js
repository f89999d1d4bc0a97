// The layers of the network as boxes, as high as its features are wide, as wide as they have channels; each a switch.
// Where the chosen layers have weights the drawing is small, and below it is a field for each weight.
export default function ({ data, parentElement, setTriggerValue }) {
  const group = parentElement.querySelector(".network")
  group.setAttribute("aria-label", data.label)
  group.classList.toggle("small", Boolean(data.weights))
  const names = [...data.layers.map((layer) => layer.name), data.words.pooling].join()
  if (group.dataset.names !== names) {
    group.dataset.names = names
    group.replaceChildren(...data.layers.flatMap((layer, i) => parts(layer, data.layers[i - 1], data)))
  }
  const buttons = group.querySelectorAll("button")
  data.layers.forEach((layer, i) => {
    const button = buttons[i]
    button.title = `${layer.name}: ${layer.hint}`
    button.querySelector(".note").textContent = layer.note
    button.style.setProperty("--height", layer.height)
    button.style.setProperty("--width", layer.width)
    button.style.setProperty("--colour", layer.colour)
    button.setAttribute("aria-pressed", String(layer.selected))
    button.setAttribute("aria-label", `${layer.name}: ${layer.hint}`)
    button.onclick = () => setTriggerValue("chosen", layer.name)
  })
  if (data.weights) weigh(parentElement, data, setTriggerValue)
}

function make(name, kind, ...children) {
  const element = Object.assign(document.createElement(name), { className: kind })
  element.append(...children)
  return element
}

function parts(layer, before, { weights, words }) {
  const [block, name] = [layer.name.split("_")[0], weights ? layer.name.replace("relu", "") : layer.name]
  const button = make("button", "", make("span", "box"), make("span", "name", name), make("span", "note"))
  button.type = "button"
  return before && before.name.split("_")[0] !== block ? [make("span", "pooling", words.pooling), button] : [button]
}

function weigh(parentElement, data, setTriggerValue) {
  const fields = parentElement.querySelector(".weights")
  const chosen = data.layers.map((layer) => layer.name).filter((name) => name in data.weights)
  fields.hidden = !chosen.length
  fields.setAttribute("aria-label", filled(data.words.weights, { label: data.label }))
  if (fields.dataset.names !== chosen.join()) {
    fields.dataset.names = chosen.join()
    const field = () => Object.assign(document.createElement("input"), { type: "number", min: 0, step: "any" })
    fields.replaceChildren(...chosen.map((name) => make("label", "", name, field())))
  }
  fields.querySelectorAll("input").forEach((field, i) => {
    const weight = data.weights[chosen[i]]
    field.setAttribute("aria-label", filled(data.words.weight, { layer: chosen[i] }))
    if (parentElement.activeElement !== field) field.value = weight
    field.onchange = () => {
      const written = field.valueAsNumber
      if (written >= 0) setTriggerValue("weighed", { layer: chosen[i], weight: written })
      else field.value = weight
    }
  })
}
