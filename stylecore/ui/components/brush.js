// Paints masks on a photograph, with mouse, finger, pen or keyboard.
const NUDGE = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }

let newest // streamlit may draw the dialog anew at any time: the next brush goes on from where this one is

export default function ({ data, parentElement, setTriggerValue }) {
  parentElement.brush ??= new Brush(parentElement, newest)
  newest = parentElement.brush
  say(parentElement, data.words)
  newest.update(data, setTriggerValue)
}

class Brush {
  constructor(root, before) {
    this.find = (selector) => root.querySelector(selector)
    this.frame = this.find(".frame")
    this.view = new View(this.frame, this.find(".sheet"))
    Object.assign(this, { masks: {}, known: {}, unheard: {}, tool: "paint", fingers: new Map() })
    this.acts = {
      undo: () => this.mask.undo(),
      redo: () => this.mask.redo(),
      fill: () => this.change((mask) => mask.fill(255)),
      clear: () => this.change((mask) => mask.fill(0)),
      invert: () => this.change((mask) => mask.invert()),
      in: () => this.view.zoomBy(1.5),
      out: () => this.view.zoomBy(1 / 1.5),
      fit: () => this.view.zoomBy(0),
    }
    for (const button of root.querySelectorAll("[data-tool]")) button.onclick = () => this.take(button.dataset.tool)
    for (const button of root.querySelectorAll("[data-act]")) button.onclick = () => this.act(button.dataset.act)
    this.find(".size").oninput = () => this.draw()
    this.listen()
    if (before) this.inherit(before)
  }

  inherit(before) {
    const { masks, known, unheard, told, tool, active, shown, width, height, cursor, painting } = before
    Object.assign(this, { masks, known, unheard, told, tool, active, shown, width, height, cursor })
    for (const slider of [".size", ".softness"]) this.find(slider).value = before.find(slider).value
    Object.assign(this.view, { zoom: before.view.zoom, x: before.view.x, y: before.view.y })
    this.untold = Boolean(painting) || Object.keys(unheard).length > 0
  }

  // Takes over what the page says: layers, and masks that are not those that were sent from here.
  update(data, send) {
    this.send = send
    if (this.told?.session !== data.heard.session) this.told = { ...data.heard }
    this.show(data)
    for (const [id, turn] of Object.entries(this.unheard)) if (turn <= data.heard.turn) delete this.unheard[id]
    Object.assign(this, { layers: data.layers, words: data.words })
    const late = data.heard.turn < this.told.turn // what was painted since is not in what the page says
    if (!late || !data.layers.some(({ id }) => id === this.active)) this.active = data.active
    for (const { id } of data.layers) this.masks[id] ??= new Mask(data.width, data.height)
    for (const layer of data.layers) {
      if (!late && !this.painting && this.known[layer.id] !== layer.stamp) this.takeOver(layer)
    }
    this.showLayers()
    this.draw()
    if (this.untold) this.tell(true)
    this.untold = false
  }

  // Shows the photograph; what is known of another one is forgotten.
  show({ photograph, width, height, label }) {
    if (this.shown !== photograph || this.width !== width || this.height !== height) {
      const cursor = { x: width / 2, y: height / 2 }
      Object.assign(this, { masks: {}, known: {}, unheard: {}, untold: false, shown: photograph, width, height, cursor })
    }
    const [image, canvas] = [this.find("img"), this.find("canvas")]
    if (image.src !== photograph) image.src = photograph
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })
    this.frame.style.setProperty("--shape", width / height)
    this.frame.setAttribute("aria-label", label)
  }

  async takeOver({ id, url, stamp }) {
    const [first, mask] = [!(id in this.known), this.masks[id]]
    this.known[id] = stamp
    const values = url ? await mask.read(url) : new Uint8Array(mask.values.length)
    if (this.known[id] !== stamp || this.painting?.mask === mask) return // painted on meanwhile
    if (!first) mask.keep() // what replaces a mask can be undone, what was there from the start can't
    mask.values = values
    this.draw()
  }

  get mask() {
    return this.masks[this.active]
  }

  get brush() {
    const size = Number(this.find(".size").value) / 100
    const softness = Number(this.find(".softness").value) / 100
    const radius = Math.max(0.75, (size ** 2 * Math.max(this.width, this.height)) / 2)
    return { radius, softness, erase: this.tool === "erase" }
  }

  take(tool) {
    this.tool = tool
    this.draw()
  }

  act(name) {
    if (this.painting) return
    const before = this.mask.values
    this.acts[name]()
    this.draw()
    if (this.mask.values !== before) this.tell(true)
  }

  change(how) {
    this.mask.keep()
    how(this.mask)
    this.mask.values = this.mask.values.slice()
  }

  // Says which layer is active, with all masks that the server may not have yet: of two messages that come fast it may
  // see the second one alone.
  tell(painted) {
    this.told.turn += 1
    if (painted) this.unheard[this.active] = this.told.turn
    const masks = {}
    for (const id of Object.keys(this.unheard)) {
      this.unheard[id] = this.told.turn
      this.known[id] = `${this.told.session}-${this.told.turn}`
      masks[id] = this.masks[id].toUrl()
    }
    this.send("painted", { turn: this.told.turn, painting: { active: this.active, masks } })
  }

  // Strokes

  begin(at, erase = this.tool === "erase", pressure = 1) {
    this.mask.keep()
    this.painting = { erase, mask: this.mask, at }
    this.extend(at, pressure)
  }

  extend(at, pressure = 1) {
    const { radius, softness } = this.brush
    const { erase, mask } = this.painting
    mask.line(this.painting.at, at, { radius: radius * pressure, softness, erase })
    this.painting.at = at
    this.draw()
  }

  end() {
    if (!this.painting) return
    this.painting = null
    this.draw()
    this.tell(true)
  }

  abandon() {
    if (this.painting) this.painting.mask.drop()
    this.painting = null
  }
}
