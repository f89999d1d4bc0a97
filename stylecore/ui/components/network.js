// The layers of the network as boxes, as high as its features are wide, as wide as they have channels; each a switch.
export default function ({ data, parentElement, setTriggerValue }) {
  const group = parentElement.querySelector(".network")
  group.setAttribute("aria-label", data.label)
  const names = data.layers.map((layer) => layer.name).join()
  if (group.dataset.names !== names) {
    group.dataset.names = names
    group.replaceChildren(...data.layers.flatMap((layer, i) => parts(layer, data.layers[i - 1])))
  }
  const buttons = group.querySelectorAll("button")
  data.layers.forEach((layer, i) => {
    const button = buttons[i]
    button.title = layer.hint
    button.querySelector(".note").textContent = layer.note
    button.style.setProperty("--height", layer.height)
    button.style.setProperty("--width", layer.width)
    button.style.setProperty("--colour", layer.colour)
    button.setAttribute("aria-pressed", String(layer.selected))
    button.setAttribute("aria-label", `${layer.name}: ${layer.hint}`)
    button.onclick = () => setTriggerValue("chosen", layer.name)
  })
}

function parts(layer, before) {
  const make = (name, kind, ...children) => {
    const element = Object.assign(document.createElement(name), { className: kind })
    element.append(...children)
    return element
  }
  const button = make("button", "", make("span", "box"), make("span", "name", layer.name), make("span", "note"))
  button.type = "button"
  const block = (name) => name.split("_")[0]
  return before && block(before.name) !== block(layer.name) ? [make("span", "pooling", "pooling"), button] : [button]
}
