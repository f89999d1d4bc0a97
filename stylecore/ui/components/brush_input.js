// What mouse, fingers, pen and keyboard do with a brush; part of its class.
const PEN_ERASER = 5 // the button that the other end of a pen is

const place = (event) => ({ x: event.clientX, y: event.clientY })
const middle = ([one, other]) => ({ x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 })
const distance = ([one, other]) => Math.hypot(one.x - other.x, one.y - other.y)

Brush.prototype.listen = function () {
  const { frame, view, fingers } = this
  const circle = this.find(".cursor")
  const show = () => (circle.hidden = false)
  const point = (event) => (this.cursor = view.toMask(place(event), this.width))
  const pressure = (event) => (event.pointerType === "pen" && event.pressure ? 0.3 + 0.7 * event.pressure : 1)

  frame.onpointerdown = (event) => {
    frame.setPointerCapture(event.pointerId)
    fingers.set(event.pointerId, place(event))
    if (fingers.size > 1) this.abandon() // the first of two fingers was not meant to paint
    else if (this.tool !== "move" && (event.button === 0 || event.button === PEN_ERASER)) {
      show()
      this.begin(point(event), this.tool === "erase" || event.button === PEN_ERASER, pressure(event))
    }
    this.draw()
  }
  frame.onpointermove = (event) => {
    const before = [...fingers.values()]
    if (fingers.has(event.pointerId)) fingers.set(event.pointerId, place(event))
    const now = [...fingers.values()]
    if (this.painting) {
      for (const part of event.getCoalescedEvents?.() ?? []) this.extend(point(part), pressure(part))
      this.extend(point(event), pressure(event))
    } else if (now.length === 2) {
      view.zoomBy(distance(now) / distance(before), middle(before))
      view.panBy(middle(now).x - middle(before).x, middle(now).y - middle(before).y)
    } else if (now.length === 1) {
      view.panBy(now[0].x - before[0].x, now[0].y - before[0].y)
    } else {
      point(event)
    }
    circle.hidden = event.pointerType === "touch" && !this.painting
    this.draw()
  }
  frame.onpointerup = frame.onpointercancel = (event) => {
    fingers.delete(event.pointerId)
    if (event.type === "pointercancel") this.abandon()
    else this.end()
    this.draw()
  }
  frame.onpointerleave = () => (circle.hidden = frame !== frame.getRootNode().activeElement)
  frame.onfocus = () => frame.matches(":focus-visible") && show()
  frame.onblur = () => {
    circle.hidden = true
    this.end()
  }
  frame.addEventListener("wheel", (event) => this.wheel(event), { passive: false })
  frame.onkeydown = (event) => this.press(event)
  frame.onkeyup = (event) => event.key === " " && this.end()
}

// Zooms with Ctrl, as pinching on a touchpad does; without it moves what is zoomed, and else the page.
Brush.prototype.wheel = function (event) {
  if (event.ctrlKey || event.metaKey) this.view.zoomBy(Math.exp(-event.deltaY / 300), place(event))
  else if (this.view.zoom > 1) this.view.panBy(-event.deltaX, -event.deltaY)
  else return
  event.preventDefault()
  this.draw()
}

Brush.prototype.press = function (event) {
  const control = event.ctrlKey || event.metaKey
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  const size = this.find(".size")
  if (control && (key === "y" || (key === "z" && event.shiftKey))) this.act("redo")
  else if (control && key === "z") this.act("undo")
  else if (control || event.altKey) return
  else if (NUDGE[key]) this.nudge(NUDGE[key], event.shiftKey ? 10 : 2)
  else if (key === " ") {
    if (!this.painting) this.begin(this.cursor)
  } else if (key === "[" || key === "]") size.value = Number(size.value) + (key === "]" ? 5 : -5)
  else if (key === "e") this.take(this.tool === "erase" ? "paint" : "erase")
  else if (key === "+" || key === "=") this.act("in")
  else if (key === "-") this.act("out")
  else if (key === "0") this.act("fit")
  else return
  event.preventDefault()
  this.find(".cursor").hidden = false
  this.draw()
}

// Moves the brush by pixels of the mask, and the photograph where it would leave the window.
Brush.prototype.nudge = function ([dx, dy], by) {
  const within = (value, most) => Math.min(Math.max(value, 0), most)
  this.cursor = { x: within(this.cursor.x + by * dx, this.width), y: within(this.cursor.y + by * dy, this.height) }
  if (this.painting) this.extend(this.cursor)
  const at = this.view.toFrame(this.cursor, this.width)
  const outside = (value, most) => within(value, most) - value
  this.view.panBy(outside(at.x, this.frame.clientWidth), outside(at.y, this.frame.clientHeight))
}
